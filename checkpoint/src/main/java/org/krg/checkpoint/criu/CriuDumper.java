// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CellView.Place;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.FollowingMemory;
import org.krg.checkpoint.codec.MalformedImage;
import org.krg.checkpoint.core.CriuDiagnosis;
import org.krg.checkpoint.engine.Command;
import org.krg.checkpoint.engine.Dumper;
import org.krg.checkpoint.engine.RemoteMemory;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;

/// The engine `criu`. Has no state of its own.
public final class CriuDumper implements Dumper {
    private static final Duration VERSION_LIMIT = Duration.ofSeconds(10);
    private static final int CAP_SYS_RESOURCE = 24;

    /// Logs of failures that are kept, the newest ones. One has some megabytes.
    private static final int MAX_LOGS = 8;

    private final CheckpointConfig config;
    private final Path logs;
    private final String version;
    private final boolean hasResourceCapability;

    private CriuDumper(CheckpointConfig config, String version, boolean hasResourceCapability) {
        this.config = config;
        this.logs = config.images().resolve("logs");
        this.version = version;
        this.hasResourceCapability = hasResourceCapability;
    }

    /// Finds out which CRIU there is.
    ///
    /// @throws CheckpointFailed if there is none
    public static CriuDumper open(CheckpointConfig config) {
        var line = new ArrayList<>(config.criu());
        line.add("--version");
        try {
            var result = new Command(line, VERSION_LIMIT).run();
            if (!result.isGood()) {
                throw missing(config, result.output().strip());
            }
            var version = result.output().lines().findFirst().orElse("");
            return new CriuDumper(config, version.replace("Version:", "").strip(), hasCapability());
        } catch (IOException failure) {
            throw missing(config, String.valueOf(failure.getMessage()));
        }
    }

    private static CheckpointFailed missing(CheckpointConfig config, String cause) {
        return new CheckpointFailed(
                new Failure(
                        Phase.PREFLIGHT,
                        Code.NO_ENGINE,
                        "cannot run " + String.join(" ", config.criu()) + ": " + cause,
                        "Install CRIU 4.2 or newer; tools/setup does it",
                        "",
                        ""));
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public void dump(CellView cell, Path images, Path work, Runnable stop) {
        dump(cell, images, work, stop, true);
    }

    @Override
    public void dumpWithoutMemory(CellView cell, Path images, Path work, Runnable stop) {
        dump(cell, images, work, stop, false);
    }

    // CRIU takes longer to start than to save a small program.
    private void dump(CellView cell, Path images, Path work, Runnable stop, boolean memory) {
        var asUser = cell.user().uid() != 0 && !hasResourceCapability;
        var terminal = terminal(() -> CellTerminal.of(cell), Phase.DUMP);
        var command = CriuCommand.dump(config, cell, images, work, asUser, memory, terminal);
        var line = cell.inside(Place.INIT, command);
        run(Phase.DUMP, cell, work, () -> command(line).run(CriuCommand.READY, stop));
        // Written last, so that it tells that all are there.
        if (!Files.exists(images.resolve("inventory.img"))
                || !Files.exists(images.resolve("pstree.img"))) {
            throw failed(Phase.DUMP, Code.OTHER, "CRIU wrote no inventory", "");
        }
        terminal.ifPresent(it -> write(it, cell, images));
    }

    @Override
    public void restore(CellView cell, Path images, Path work, boolean frozen) {
        var actions = frozen ? RestoreActions.frozen(cell) : RestoreActions.running(cell);
        restore(cell, images, work, actions, true);
    }

    @Override
    public FollowingMemory restoreFollowed(
            CellView cell, Path images, Path work, RemoteMemory memory, Duration limit) {
        try {
            var following = Following.begin(config, cell, images, work, memory, limit);
            try {
                restore(cell, images, work, RestoreActions.frozen(cell), false);
            } catch (CheckpointFailed failure) {
                following.giveUp();
                throw failure;
            }
            return following;
        } catch (IOException | MalformedImage failure) {
            throw failed(Phase.RESTORE, Code.OTHER, String.valueOf(failure.getMessage()), "");
        }
    }

    private void restore(CellView cell, Path images, Path work, String actions, boolean memory) {
        var terminal = terminal(() -> CellTerminal.find(images), Phase.RESTORE);
        var script = script(work, actions);
        var command = CriuCommand.restore(config, cell, images, work, script, memory, terminal);
        var line = cell.inside(Place.APP, command);
        run(Phase.RESTORE, cell, work, () -> command(line).run());
        if (CriuCommand.hasRights(cell) && !Files.exists(work.resolve(CriuCommand.RIGHTS))) {
            throw failed(
                    Phase.RESTORE,
                    Code.PRIVILEGE,
                    "CRIU had more rights than the program's user: libkrgrights.so was not loaded",
                    "");
        }
    }

    private interface Source {
        Optional<CellTerminal> get() throws IOException;
    }

    private static Optional<CellTerminal> terminal(Source source, Phase phase) {
        try {
            return source.get();
        } catch (IOException failure) {
            throw failed(phase, Code.TERMINAL, String.valueOf(failure.getMessage()), "");
        }
    }

    private static void write(CellTerminal terminal, CellView cell, Path images) {
        try {
            terminal.standing(cell).write(images);
        } catch (IOException failure) {
            throw failed(Phase.DUMP, Code.OTHER, String.valueOf(failure.getMessage()), "");
        }
    }

    private static Path script(Path work, String actions) {
        try {
            var script = work.resolve("action");
            Files.writeString(script, actions);
            return Files.setPosixFilePermissions(
                    script, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException failure) {
            throw failed(Phase.RESTORE, Code.IO, String.valueOf(failure.getMessage()), "");
        }
    }

    private Command command(List<String> line) {
        return new Command(line, config.dumpLimit());
    }

    private interface Run {
        Command.Result get() throws IOException;
    }

    private void run(Phase phase, CellView cell, Path work, Run run) {
        try {
            var result = run.get();
            if (!result.isGood()) {
                throw failure(phase, cell, result, work);
            }
        } catch (IOException failure) {
            throw failed(phase, Code.SUSPECT, "CRIU was stopped: " + failure.getMessage(), "");
        }
    }

    private CheckpointFailed failure(Phase phase, CellView cell, Command.Result result, Path work)
            throws IOException {
        var name = phase == Phase.DUMP ? CriuCommand.DUMP_LOG : CriuCommand.RESTORE_LOG;
        var log = keep(work.resolve(name), cell.process() + "." + cell.epoch() + "." + name);
        if (result.timedOut()) {
            var seconds = config.dumpLimit().toSeconds();
            return failed(phase, Code.SUSPECT, "CRIU did not end within " + seconds + " s", log);
        }
        var lines = log.isEmpty() ? List.<String>of() : read(Path.of(log));
        var found = CriuDiagnosis.of(lines, said(result));
        return new CheckpointFailed(
                new Failure(phase, found.code(), found.cause(), found.remedy(), "", log));
    }

    private static CheckpointFailed failed(Phase phase, Code code, String cause, String log) {
        var remedy =
                code == Code.SUSPECT
                        ? "The process may be damaged: end it and let it start again from its last"
                                + " checkpoint"
                        : "The log tells more";
        return new CheckpointFailed(new Failure(phase, code, cause, remedy, "", log));
    }

    private static String said(Command.Result result) {
        var output = result.output().strip();
        return "exit status " + result.exit() + (output.isEmpty() ? "" : ": " + output);
    }

    /// {@return where the log is now; empty if there is none}
    private String keep(Path log, String name) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        Files.createDirectories(logs);
        var kept = logs.resolve(name);
        try {
            Files.move(log, kept, StandardCopyOption.REPLACE_EXISTING);
            dropOldLogs();
            return kept.toString();
        } catch (IOException failure) {
            return "";
        }
    }

    private void dropOldLogs() throws IOException {
        try (var all = Files.list(logs)) {
            var byAge = all.sorted(CriuDumper::newestFirst).skip(MAX_LOGS).toList();
            for (var old : byAge) {
                Files.deleteIfExists(old);
            }
        }
    }

    private static int newestFirst(Path one, Path other) {
        return Long.compare(other.toFile().lastModified(), one.toFile().lastModified());
    }

    private static List<String> read(Path log) throws IOException {
        return new String(Files.readAllBytes(log), StandardCharsets.ISO_8859_1).lines().toList();
    }

    private static boolean hasCapability() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("CapEff:")) {
                var mask = Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16);
                return (mask >> CAP_SYS_RESOURCE & 1) == 1;
            }
        }
        return false;
    }
}
