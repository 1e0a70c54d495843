// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The krg that was just built, used through `tools/krg-admin` only. What the command remembers of
/// its user goes to a directory of ours, and nothing in the environment tells it of another
/// cluster.
public final class Installation {
    private static final Duration USUALLY_WITHIN = Duration.ofMinutes(3);

    private final Path root;
    private final Path scratch;
    private final SortedMap<String, String> variables;

    private Installation(Path root, Path scratch, SortedMap<String, String> variables) {
        this.root = root;
        this.scratch = scratch;
        this.variables = variables;
    }

    /// {@return the installation this program is part of}
    ///
    /// @param scratch a directory of ours
    public static Installation find(Path scratch) {
        var root =
                Stream.of("krg.root", "krg.home")
                        .flatMap(name -> Stream.ofNullable(System.getProperty(name)))
                        .map(Path::of)
                        .filter(path -> Files.isExecutable(path.resolve("tools/krg-admin")))
                        .findFirst()
                        .orElseThrow(() ->
                                new CampaignFailed(
                                        "no tools/krg-admin in the directory that the"
                                                + " property krg.root or krg.home names"));
        return new Installation(root, scratch, new TreeMap<>());
    }

    /// {@return the same, with a dev cluster that commands are about unless they name another}
    public Installation about(Path directory) {
        return with("KRG_DIR", directory.toString());
    }

    /// {@return the same, with a variable in the environment of commands and of what they start}
    public Installation with(String name, String value) {
        var more = new TreeMap<>(variables);
        more.put(name, value);
        return new Installation(root, scratch, more);
    }

    /// Runs a command that ends within three minutes, and mostly within one second.
    public Finished run(String... arguments) {
        return run(USUALLY_WITHIN, arguments);
    }

    /// Runs a command to its end.
    ///
    /// @throws CampaignFailed if it runs longer; it is killed then
    public Finished run(Duration limit, String... arguments) {
        try (var running = start(arguments)) {
            return running.await(limit);
        }
    }

    /// Starts a command.
    public Running start(String... arguments) {
        var command = new ArrayList<>(List.of(root.resolve("tools/krg-admin").toString()));
        command.addAll(Arrays.asList(arguments));
        return startProgram(command);
    }

    /// Starts a command in a network namespace.
    ///
    /// @param network its name, ip-netns(8)
    public Running startWithin(String network, String... arguments) {
        var command = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + network, "--"));
        command.add(root.resolve("tools/krg-admin").toString());
        command.addAll(Arrays.asList(arguments));
        return startProgram(command);
    }

    /// Starts a program that is not krg's own, in the same surroundings.
    public Running startProgram(List<String> command) {
        try {
            var out = Files.createTempFile(scratch, "krg-admin", ".out");
            var err = Files.createTempFile(scratch, "krg-admin", ".err");
            var builder =
                    new ProcessBuilder(command)
                            .directory(scratch.toFile())
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            var environment = builder.environment();
            environment.keySet().removeIf(name -> name.startsWith("KRG_"));
            environment.put("KRG_BUILT", "yes");
            environment.put("XDG_STATE_HOME", scratch.resolve("state").toString());
            environment.putAll(variables);
            return new Running(command, builder.start(), out, err);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// {@return a directory for whatever a campaign needs; commands run in it}
    public Path scratch() {
        return scratch;
    }

    /// {@return the directory of krg's native programs}
    public Path natives() {
        return root.resolve("target/native");
    }
}
