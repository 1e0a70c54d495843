// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.krg.host.model.CellId;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.ProcessExit;
import org.krg.host.model.Program;
import org.krg.linux.Boottime;
import org.krg.state.model.Identity;
import org.krg.state.model.ResourceLimits;

/// The cells of one test: a node of its own in a directory that everyone may enter, and nothing
/// left of it afterwards.
final class CellFixture implements BeforeEachCallback, AfterEachCallback {
    static final CellId ID = new CellId(7, 3);
    static final Identity NOBODY = new Identity(65534, 65534, List.of(), "nobody");
    static final Identity ROOT = new Identity(0, 0, List.of(), "root");
    static final int SIGKILL = 9;
    static final int SIGTERM = 15;
    static final Duration SECOND = Duration.ofSeconds(1);

    /// What is waited for on a loaded machine.
    static final Duration LIMIT = Duration.ofMinutes(1);

    /// Prints `headless` from a thread when the main thread has ended, and goes on.
    static final String HEADLESS =
            """
            exec python3 -u -c '
            import ctypes, threading, time
            main = threading.main_thread().native_id
            def rest():
                while open(f"/proc/self/task/{main}/stat").read().split()[2] != "Z": time.sleep(0.001)
                print("headless")
                time.sleep(1000)
            threading.Thread(target=rest).start()
            ctypes.CDLL(None).pthread_exit(0)
            '\
            """;

    private final Isolation isolation;
    private Path directory = Path.of("");
    private CellsConfig config =
            new CellsConfig(directory, directory, directory, "unset", "unset", Isolation.PLAIN);

    CellFixture(Isolation isolation) {
        this.isolation = isolation;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        directory = Files.createTempDirectory("krg-cells");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        var lease = directory.resolve("lease");
        LeaseFile.open(lease).close();
        config =
                new CellsConfig(
                        directory.resolve("cells"),
                        lease,
                        krgInit(),
                        "krgtest",
                        "n" + ProcessHandle.current().pid(),
                        isolation);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        var cells = cells();
        for (var cell : cells.list()) {
            cells.destroy(cell.id());
        }
        try (var files = Files.walk(directory)) {
            for (var file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /// {@return the node's cells as an agent sees them that has just started}
    Cells cells() {
        return Cells.open(config);
    }

    CellsConfig config() {
        return config;
    }

    LeaseFile lease() {
        return LeaseFile.open(config.lease());
    }

    Cell start(CellSpec spec) {
        return cells().start(ID, spec);
    }

    /// Starts a line of shell as `nobody`, without input, not exclusive.
    Cell start(String script) {
        return start(shell(script));
    }

    static CellSpec shell(String script) {
        return spec(List.of("/bin/sh", "-c", script), NOBODY, Stdin.EMPTY, false);
    }

    static CellSpec exclusive(String script) {
        return spec(List.of("/bin/sh", "-c", script), NOBODY, Stdin.EMPTY, true);
    }

    static CellSpec spec(List<String> arguments, Identity user, Stdin stdin, boolean exclusive) {
        var environment = List.of("PATH=/usr/bin:/bin", "LANG=C");
        var program = new Program(arguments, environment, "/", Program.USUAL_UMASK, List.of());
        return new CellSpec(program, user, ResourceLimits.NONE, stdin, exclusive);
    }

    static ProcessExit awaitExit(Cell cell) throws Exception {
        return cell.exit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    static String output(Cell cell) throws IOException {
        return Files.readString(cell.stdout());
    }

    static void awaitOutput(Cell cell, String expected) {
        await().until(() -> output(cell).contains(expected));
    }

    static ConditionFactory await() {
        return Awaitility.await()
                .atMost(LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5));
    }

    static boolean isRunning(long pid) {
        return ProcFs.findStat(pid).filter(stat -> !stat.isDead()).isPresent();
    }

    /// Lets the lease end in a moment, or a long time ago.
    static Duration fromNow(Duration distance) {
        return Boottime.now().plus(distance);
    }

    /// For a cell without isolation krg-init runs as `nobody`, from a copy that `nobody` may read.
    private Path krgInit() throws IOException {
        var built = Path.of(System.getProperty("krg.root"), "target/native/krg-init");
        if (isolation == Isolation.FULL) {
            return built;
        }
        var copy = Files.copy(built, directory.resolve("krg-init"));
        var wrapper = directory.resolve("krg-init-as-nobody");
        Files.writeString(
                wrapper,
                """
                #!/bin/sh
                [ "$1" = --sweep ] && exec %1$s --sweep
                chown -R 65534:65534 "$1"
                exec setpriv --reuid 65534 --regid 65534 --clear-groups %1$s "$1"
                """
                        .formatted(copy));
        Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        var cells = Files.createDirectory(directory.resolve("cells"));
        Files.setPosixFilePermissions(cells, PosixFilePermissions.fromString("rwxr-xr-x"));
        return wrapper;
    }
}
