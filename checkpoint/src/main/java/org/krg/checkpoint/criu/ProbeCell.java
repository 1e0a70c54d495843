// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.krg.checkpoint.CellEntry;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.model.StreamSizes;
import org.krg.state.model.Epoch;
import org.krg.state.model.Identity;
import org.krg.state.model.ProcessId;

/// The least cell in which CRIU can be tried: namespaces with `cat` as init, which ends with this
/// process, whose end of a pipe it reads, and all that is in them with it; a network in which
/// nobody takes the probe's port meanwhile, two cgroups, and the probe, which writes to a file.
/// Closing it ends and removes all of it.
final class ProbeCell implements CellView, AutoCloseable {
    private static final int ROOT_PID = 300;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(5);

    /// Bytes of what is said about a failure.
    private static final int MOST_WORDS = 1_000;

    /// Not root, since programs mostly are not: for root CRIU needs less.
    private static final Identity NOBODY = new Identity(65534, 65534, List.of(), "nobody");

    /// `$1` is the cgroup for the init, `$2` what it does.
    private static final String ENTER =
            "echo $$ >\"$1\" && exec unshare --pid --fork --mount --uts --ipc --net --propagation"
                    + " private --mount-proc -- /bin/sh -c \"$2\" sh \"$3\" \"$4\" \"$5\"";

    static final String LOOPBACK =
            "command -v ip >/dev/null || { echo 'the program ip (iproute2) is not there' >&2; exit 1; };"
                    + " ip link set lo up || exit; ";

    /// `$1` is the cgroup for the probe, `$2` the probe, `$3` its file. The background shell is the
    /// next process, number 300, and stays it.
    private static final String START =
            LOOPBACK
                    + "echo 299 >/proc/sys/kernel/ns_last_pid;"
                    + " (echo 0 >\"$1\"; exec setpriv --reuid 65534 --regid 65534 --clear-groups"
                    + " --inh-caps=-all --no-new-privs setsid \"$2\" \"$3\" </dev/null >/dev/null 2>&1)"
                    + " & exec cat";

    private static final String WAIT = LOOPBACK + "exec cat";

    /// CRIU keeps what it found out about the kernel only there, and only on a tmpfs.
    private static final String RUN_ON_TMPFS = "mount -t tmpfs tmpfs /run || exit; ";

    private static final Path RUN = Path.of("/run");

    private final Path cgroup;
    private final Process launcher;

    private ProbeCell(Path cgroup, Process launcher) {
        this.cgroup = cgroup;
        this.launcher = launcher;
    }

    /// Starts the probe.
    static ProbeCell start(Path cgroup, Path probe, Path file) throws IOException {
        return launch(cgroup, START, probe, file);
    }

    /// Makes a cell without a probe.
    static ProbeCell empty(Path cgroup) throws IOException {
        var script = isRunOnTmpfs() ? WAIT : RUN_ON_TMPFS + WAIT;
        return launch(cgroup, script, Path.of("/"), Path.of("/"));
    }

    private static boolean isRunOnTmpfs() throws IOException {
        return Files.exists(RUN) && Files.getFileStore(RUN).type().equals("tmpfs");
    }

    /// Keeps what CRIU found out about the kernel in this cell, unless it can do so itself.
    void keepKdat(Path file) throws IOException {
        var kept = Path.of("/proc", "" + initPid(), "root/run/criu.kdat");
        if (!isRunOnTmpfs() && Files.exists(kept)) {
            var fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.copy(kept, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    static ProbeCell launch(Path cgroup, String script, Path probe, Path file) throws IOException {
        Files.createDirectory(cgroup);
        Files.createDirectory(cgroup.resolve("init"));
        Files.createDirectory(cgroup.resolve("app"));
        var line = new ArrayList<>(List.of("/bin/sh", "-c", ENTER, "sh"));
        line.add(cgroup.resolve("init/cgroup.procs").toString());
        line.add(script);
        line.add(cgroup.resolve("app/cgroup.procs").toString());
        line.add(probe.toString());
        line.add(file.toString());
        var quiet = ProcessBuilder.Redirect.DISCARD;
        var launcher = new ProcessBuilder(line).redirectOutput(quiet).start();
        var cell = new ProbeCell(cgroup, launcher);
        if (!becomes(() -> cell.hasInit() || !launcher.isAlive()) || !cell.hasInit()) {
            // Whoever could still write is dead then.
            cell.kill();
            var words = launcher.getErrorStream().readNBytes(MOST_WORDS);
            cell.close();
            throw new IOException(
                    "namespaces for the self-test cannot be made: "
                            + new String(words, StandardCharsets.UTF_8).strip());
        }
        return cell;
    }

    @Override
    public ProcessId process() {
        return new ProcessId(0);
    }

    @Override
    public Epoch epoch() {
        return Epoch.ZERO;
    }

    @Override
    public Identity user() {
        return NOBODY;
    }

    @Override
    public int rootPid() {
        return ROOT_PID;
    }

    @Override
    public long initPid() {
        return launcher.children().findFirst().map(ProcessHandle::pid).orElse(0L);
    }

    @Override
    public Path appCgroup() {
        return cgroup.resolve("app");
    }

    @Override
    public Path initCgroup() {
        return cgroup.resolve("init");
    }

    @Override
    public Path stdout() {
        return Path.of("/dev/null");
    }

    @Override
    public Path stderr() {
        return Path.of("/dev/null");
    }

    @Override
    public List<String> inside(Place place, List<String> command) {
        var group =
                switch (place) {
                    case INIT -> initCgroup();
                    case APP -> appCgroup();
                };
        return CellEntry.commandLine(initPid(), List.of(initCgroup()), List.of(group), command);
    }

    @Override
    public void freeze() {
        write(appCgroup().resolve("cgroup.freeze"), "1");
        if (!becomes(() -> events(appCgroup()).contains("frozen 1"))) {
            throw new IllegalStateException("the probe does not freeze");
        }
    }

    @Override
    public void thaw() {
        write(appCgroup().resolve("cgroup.freeze"), "0");
    }

    @Override
    public StreamSizes sync() {
        return new StreamSizes(0, 0);
    }

    @Override
    public void close() throws IOException {
        kill();
        Files.delete(appCgroup());
        Files.delete(initCgroup());
        Files.delete(cgroup);
        launcher.destroyForcibly();
    }

    private void kill() throws IOException {
        // It may not have entered its control group yet. What it said can still be read.
        launcher.toHandle().destroyForcibly();
        for (var group : List.of(appCgroup(), initCgroup())) {
            write(group.resolve("cgroup.kill"), "1");
            if (!becomes(() -> events(group).contains("populated 0"))) {
                throw new IOException("processes of " + group + " outlive SIGKILL");
            }
        }
    }

    /// Waits, with a bound.
    static boolean becomes(BooleanSupplier condition) {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    // It is there when it has left the launcher's own namespace and has become `cat`.
    private boolean hasInit() {
        var pid = initPid();
        try {
            return pid != 0
                    && Files.readString(Path.of("/proc", "" + pid, "comm")).strip().equals("cat");
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String events(Path group) {
        try {
            return Files.readString(group.resolve("cgroup.events"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
