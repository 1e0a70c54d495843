// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// A process that runs `krg-touch`, with the segment of the measurement mapped.
final class Program implements AutoCloseable {
    private final Process process;
    private final Writer input;
    private final BufferedReader output;

    Program(Path executable, Path socket) throws IOException {
        var builder =
                new ProcessBuilder(executable.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("KRG_PAGES_SOCKET", socket.toString());
        process = builder.start();
        input = process.outputWriter(StandardCharsets.US_ASCII);
        output = process.inputReader(StandardCharsets.US_ASCII);
    }

    /// {@return its answer to a command}
    String ask(String command) throws IOException {
        input.write(command + "\n");
        input.flush();
        var answer = output.readLine();
        if (answer == null || answer.startsWith("error") || answer.equals("sigbus")) {
            throw new IOException("krg-touch answers \"%s\" to \"%s\"".formatted(answer, command));
        }
        return answer;
    }

    /// Touches the first word of pages one after the other.
    ///
    /// @return how long each touch took, in nanoseconds
    long[] touch(String how, int firstPage, int pages) throws IOException {
        return times("time %s %d %d 4096".formatted(how, firstPage * 4_096L, pages));
    }

    /// The same, from the last page to the first: nothing is fetched ahead.
    long[] touchBackwards(String how, int firstPage, int pages) throws IOException {
        var last = (firstPage + pages - 1) * 4_096L;
        return times("time %s %d %d -4096".formatted(how, last, pages));
    }

    /// Reads pages from the first to the last.
    ///
    /// @return how long that took, in nanoseconds
    long scan(int firstPage, int pages) throws IOException {
        return times("scan %d %d".formatted(firstPage * 4_096L, pages * 4_096L))[0];
    }

    private long[] times(String command) throws IOException {
        var answer = ask(command);
        return Arrays.stream(answer.split(" ")).mapToLong(Long::parseLong).toArray();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
