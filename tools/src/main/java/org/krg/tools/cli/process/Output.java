// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.Json;
import org.krg.tools.http.LogItem;
import org.krg.tools.http.LogStream;

/// Prints one output stream of a process as it comes: the program's bytes as they are, what krg has
/// to say about them on standard error.
final class Output {
    private final Terminal terminal;
    private final String stream;
    private final OutputOptions form;
    private boolean begun;
    private boolean complete = true;
    private boolean midLine;

    Output(Terminal terminal, String stream, OutputOptions form) {
        this.terminal = terminal;
        this.stream = stream;
        this.form = form;
    }

    /// Prints until the stream ends or nobody reads any more.
    ///
    /// @param marked whether to tell where the process was brought back; one stream of several does
    /// @return whether all that the process had written was there
    boolean copy(LogStream log, boolean marked) {
        for (var item = log.next(); item.isPresent(); item = log.next()) {
            switch (item.get()) {
                case LogItem.Output(var offset, var bytes) -> print(offset, bytes);
                case LogItem.Mark(var text, _, var offset) -> {
                    if (marked) {
                        mark(text, offset);
                    }
                }
                case LogItem.End end -> end(end);
            }
            if (terminal.outIsGone()) {
                break;
            }
        }
        return complete;
    }

    private void end(LogItem.End end) {
        complete = end.complete();
        if (!complete) {
            terminal.say("--- not all of " + stream + " could be read: " + end.reason() + " ---");
        }
    }

    private void print(long offset, ByteBuffer bytes) {
        var copy = new byte[bytes.remaining()];
        bytes.get(copy);
        if (!form.isTable()) {
            var item =
                    Json.object().put("stream", stream).put("offset", offset).put("base64", copy);
            form.printOne(terminal, item, () -> "");
            return;
        }
        begun = true;
        midLine = copy[copy.length - 1] != '\n';
        PrintStream to = stream.equals("stdout") ? terminal.out() : terminal.err();
        to.write(copy, 0, copy.length);
        to.flush();
    }

    private void mark(String text, long offset) {
        if (!form.isTable()) {
            var item = Json.object().put("mark", text).put("stream", stream).put("offset", offset);
            form.printOne(terminal, item, () -> "");
            return;
        }
        var start = midLine && terminal.errIsTerminal() ? "\n" : "";
        var from = begun ? "; " + stream + " goes on from byte " + offset : "";
        terminal.say(start + "--- " + text + from + " ---");
    }
}
