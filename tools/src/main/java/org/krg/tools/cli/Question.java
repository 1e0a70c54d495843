// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.krg.tools.render.Printable;
import picocli.CommandLine.Option;

/// Asks before something that cannot be taken back, unless `--yes` answers. Nobody is asked where
/// no person types.
public final class Question {
    @Option(
            names = {"-y", "--yes"},
            description = "do not ask")
    private boolean yes;

    /// Asks and returns if the answer is yes.
    ///
    /// @throws VerbFailed otherwise
    public void require(Terminal terminal, String what) {
        if (yes) {
            return;
        }
        if (!terminal.inIsTerminal()) {
            throw new VerbFailed(ExitCode.USAGE, what, "add --yes if that is so");
        }
        terminal.err().print(Printable.lines(what) + " [y/N] ");
        terminal.err().flush();
        if (!answer(terminal).toLowerCase(Locale.ROOT).startsWith("y")) {
            throw new VerbFailed(ExitCode.FAILED, "nothing was changed", "");
        }
    }

    private static String answer(Terminal terminal) {
        try {
            var line =
                    new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8))
                            .readLine();
            return line == null ? "" : line.strip();
        } catch (IOException gone) {
            return "";
        }
    }
}
