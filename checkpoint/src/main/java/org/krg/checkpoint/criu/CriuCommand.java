// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.state.model.Identity;

/// Command lines of CRIU. Everything is said on them: files of the host that could change what they
/// mean are not read.
final class CriuCommand {
    static final String DUMP_LOG = "dump.log";
    static final String RESTORE_LOG = "restore.log";

    /// What `libkrgrights.c` leaves in the work directory.
    static final String RIGHTS = "krg-rights";

    /// Said by `krg-standstill.c`, the action script of a dump, when the program is to be stopped.
    static final String READY = "krg-standstill: ready\n";

    /// Alike for dump and restore.
    private static final List<String> COMMON =
            List.of(
                    "--no-default-config",
                    "-v4",
                    "--manage-cgroups=ignore",
                    "--tcp-established",
                    "--network-lock",
                    "skip",
                    "--file-locks",
                    "--ext-unix-sk",
                    "--evasive-devices",
                    "--cpu-cap=fpu,ins");

    private CriuCommand() {}

    /// @param memory whether private memory is saved too
    static List<String> dump(
            CheckpointConfig config,
            CellView cell,
            Path images,
            Path work,
            boolean asUser,
            boolean memory,
            Optional<CellTerminal> terminal) {
        var line = new ArrayList<String>();
        if (!memory) {
            line.addAll(List.of(pages(config), "without"));
        }
        if (asUser) {
            line.addAll(asUser(cell));
        }
        line.addAll(config.criu());
        line.add("dump");
        if (asUser) {
            line.add("--unprivileged");
        }
        line.addAll(COMMON);
        line.addAll(List.of("-D", images.toString(), "-W", work.toString(), "-o", DUMP_LOG));
        if (!memory) {
            line.addAll(List.of("--lazy-pages", "--ps-socket", "9"));
        }
        line.addAll(List.of("-t", "" + cell.rootPid(), "--leave-running"));
        line.addAll(List.of("--freeze-cgroup", cell.appCgroup().toString()));
        line.addAll(List.of("--action-script", config.natives().resolve("krg-standstill") + ""));
        line.addAll(List.of("--ghost-limit", "" + config.ghostLimitBytes()));
        line.addAll(List.of("--timeout", "" + config.freezeLimit().toSeconds()));
        terminal.ifPresent(it -> line.addAll(it.dumpOptions()));
        return line;
    }

    /// {@return the program by which memory follows, `krg-pages.c`}
    static String pages(CheckpointConfig config) {
        return config.natives().resolve("krg-pages").toString();
    }

    /// @param script a file with [RestoreActions]
    /// @param memory whether it is in the images; else it comes as [Following] has it
    static List<String> restore(
            CheckpointConfig config,
            CellView cell,
            Path images,
            Path work,
            Path script,
            boolean memory,
            Optional<CellTerminal> terminal) {
        var line = new ArrayList<>(surroundings(config, cell, terminal));
        line.addAll(config.criu());
        line.addAll(List.of("restore", "--restore-detached"));
        line.addAll(COMMON);
        line.addAll(List.of("-D", images.toString(), "-W", work.toString(), "-o", RESTORE_LOG));
        if (!memory) {
            line.add("--lazy-pages");
        }
        line.addAll(List.of("--action-script", script.toString()));
        terminal.ifPresent(it -> line.addAll(it.restoreOptions()));
        return line;
    }

    /// {@return whether a restore is to have no more rights to files than its user, as
    /// `libkrgrights.c` says}
    static boolean hasRights(CellView cell) {
        return cell.user().uid() != 0;
    }

    private static List<String> surroundings(
            CheckpointConfig config, CellView cell, Optional<CellTerminal> terminal) {
        var preloaded = new ArrayList<>(List.of("libkrgrights.so"));
        var variables = new ArrayList<String>();
        if (hasRights(cell)) {
            variables.add("KRG_RIGHTS=" + rights(cell.user()));
        }
        if (terminal.isPresent()) {
            preloaded.add("libkrgtty.so");
            variables.addAll(terminal.get().variables(cell));
        }
        var libraries =
                preloaded.stream()
                        .map(name -> config.natives().resolve(name).toString())
                        .collect(Collectors.joining(":"));
        var line = new ArrayList<>(List.of("env", "LD_PRELOAD=" + libraries));
        line.addAll(variables);
        return line;
    }

    private static String rights(Identity user) {
        return Stream.concat(Stream.of(user.uid(), user.gid()), user.groups().stream())
                .map(String::valueOf)
                .collect(Collectors.joining(","));
    }

    // prlimit(2), by which CRIU reads limits, wants CAP_SYS_RESOURCE or equal ids. Where the
    // machine
    // does not grant that capability, a dump takes the ids of the program and keeps all the others.
    private static List<String> asUser(CellView cell) {
        var all = "+all,-sys_resource";
        return List.of(
                "setpriv",
                "--reuid",
                "" + cell.user().uid(),
                "--regid",
                "" + cell.user().gid(),
                "--keep-groups",
                "--inh-caps=" + all,
                "--ambient-caps=" + all,
                "--");
    }
}
