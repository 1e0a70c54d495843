// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.krg.host.HostFailure;
import org.krg.tools.http.ApiFailure;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Tells failures: what and why, then what to do. Never a stack trace; that is written to a file
/// when `--debug` asks for it or krg itself is wrong.
final class Failures {
    /// What the C library says of EPIPE.
    private static final String READER_LEFT = "Broken pipe";

    private Failures() {}

    /// Tells a failure and returns its exit code.
    static int tell(Terminal terminal, int exit, String what, String remedy) {
        terminal.sayError(what);
        if (!remedy.isEmpty()) {
            terminal.say("  " + remedy);
        }
        return exit;
    }

    static int tell(Terminal terminal, Exception failure, boolean debug) {
        if (debug) {
            writeTrace(terminal, failure);
        }
        return switch (failure) {
            case VerbFailed known ->
                    tell(terminal, known.exit(), known.getMessage(), known.remedy());
            case ApiFailure known ->
                    tell(terminal, known.exit(), known.getMessage(), known.remedy());
            case HostFailure known ->
                    tell(terminal, known.code().exit(), known.getMessage(), known.remedy());
            default -> {
                if (!debug) {
                    writeTrace(terminal, failure);
                }
                yield tell(
                        terminal,
                        ExitCode.FAILED,
                        "krg-admin failed in a way it should not: " + failure,
                        "please report it with the trace");
            }
        };
    }

    /// Tells why standard output did not take everything, unless its reader left: `head` does when
    /// it has enough.
    static int tellUnprinted(Terminal terminal) {
        var why = terminal.outProblem();
        return why.contains(READER_LEFT)
                ? ExitCode.FAILED
                : tell(
                        terminal,
                        VerbFailed.cannotWrite("standard output", new IOException(why)),
                        false);
    }

    /// Tells what is wrong with a command line, in a line and a hint.
    static int tellUsage(Terminal terminal, ParameterException wrong) {
        var verb = wrong.getCommandLine().getCommandName();
        return tell(
                terminal,
                ExitCode.USAGE,
                plain(wrong) + suggestion(wrong),
                "krg-admin " + verb + " --help tells its options");
    }

    private static String plain(ParameterException wrong) {
        var text =
                String.valueOf(wrong.getMessage())
                        .strip()
                        .replaceFirst("is not an? (long|int)$", "is not a whole number");
        return text.isEmpty()
                ? "the command line makes no sense"
                : Character.toLowerCase(text.charAt(0)) + text.substring(1);
    }

    private static String suggestion(ParameterException wrong) {
        if (!(wrong instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return "";
        }
        var options =
                wrong.getCommandLine().getCommandSpec().options().stream()
                        .filter(option -> !option.hidden())
                        .flatMap(option -> Stream.of(option.names()))
                        .toList();
        var typed = unmatched.getUnmatched().getFirst().split("=", 2)[0];
        return typed.startsWith("-")
                ? Similar.to(typed, options).map(name -> "; did you mean " + name + "?").orElse("")
                : "";
    }

    private static void writeTrace(Terminal terminal, Exception failure) {
        try {
            var file = Files.createTempFile("krg-admin-", ".trace");
            try (var writer = new PrintWriter(Files.newBufferedWriter(file))) {
                writer.println(
                        Stream.of("java.version", "os.version")
                                .map(name -> name + "=" + System.getProperty(name))
                                .collect(Collectors.joining(" ")));
                failure.printStackTrace(writer);
            }
            terminal.say("trace: " + file);
        } catch (IOException cannotWrite) {
            terminal.say("no trace could be written: " + cannotWrite.getMessage());
        }
    }
}
