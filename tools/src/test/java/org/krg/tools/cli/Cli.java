// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.krg.tools.Verbs;
import org.krg.tools.http.FakeAgent;

/// Runs `krg-admin` within the test.
public final class Cli {
    private final Map<String, String> environment = new HashMap<>();
    private String input = "";

    /// What a run printed and ended with.
    public record Result(int exit, String out, String err) {}

    /// {@return the command with an agent as its cluster}
    public static Cli with(FakeAgent agent) {
        return new Cli().variable("KRG_ENDPOINT", agent.address().toString());
    }

    /// Sets a variable of the environment.
    public Cli variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /// Sets what standard input holds.
    public Cli input(String text) {
        input = text;
        return this;
    }

    /// Runs a command line.
    public Result run(String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal =
                new Terminal(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, false, StandardCharsets.UTF_8),
                        new PrintStream(err, false, StandardCharsets.UTF_8),
                        environment,
                        InstantSource.fixed(Instant.parse("2026-11-26T17:00:00Z")));
        int exit = new Dispatch(new Verbs(), terminal).run(List.of(words));
        terminal.flush();
        return new Result(
                exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
