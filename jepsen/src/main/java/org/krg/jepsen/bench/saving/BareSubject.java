// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.CampaignFailed;

/// A program in a pid namespace of its own, saved by `criu dump` into a tmpfs and brought back by
/// `criu restore`, as a script would do it: no copy on another machine, no check, no fsync.
final class BareSubject implements Subject {
    private static final Path TMPFS = Path.of("/dev/shm");
    private static final Duration LIMIT = Duration.ofMinutes(4);

    /// CRIU takes the pids below when it brings the program back.
    private static final int PID = 300;

    private final List<String> criu;
    private final Path directory;
    private final Gaps gaps;
    private int images;
    private Process namespace;

    /// Starts it and waits until it has its memory.
    ///
    /// @param criu the command that runs CRIU
    /// @param scratch where the program writes what it notices
    BareSubject(List<String> criu, Path scratch, String name, Load load, Path program) {
        this.criu = criu;
        this.gaps = new Gaps(scratch.resolve(name + ".gaps"));
        try {
            this.directory = Files.createTempDirectory(TMPFS, "krg-bench-");
            this.namespace = makeNamespace();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        var script =
                "echo %d >/proc/sys/kernel/ns_last_pid; setsid \"$@\" </dev/null >/dev/null 2>&1 &"
                        .formatted(PID - 1);
        var line = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        line.addAll(load.command(program, gaps.file()));
        inside(line);
        gaps.awaitReady();
    }

    private static Process makeNamespace() throws IOException {
        var line =
                List.of(
                        "unshare",
                        "--pid",
                        "--fork",
                        "--mount",
                        "--propagation",
                        "private",
                        "--mount-proc",
                        "--kill-child",
                        "sleep",
                        "infinity");
        var made = new ProcessBuilder(line).start();
        Await.until("a pid namespace", LIMIT, () -> made.children().findAny().isPresent());
        return made;
    }

    @Override
    public Cost save() {
        var begin = System.currentTimeMillis();
        var since = System.nanoTime();
        dump("--leave-running");
        var took = Duration.ofNanos(System.nanoTime() - since);
        return new Cost(gaps.longestSince(begin), took, bytes(), bytes());
    }

    @Override
    public Duration restore() {
        end();
        renew();
        var since = System.nanoTime();
        bringBack(newest());
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /// The copy stands for the way to another machine, over the fastest network there can be.
    @Override
    public Cost move(Mode mode) {
        var begin = System.currentTimeMillis();
        var since = System.nanoTime();
        dump("--leave-stopped");
        var copy = directory.resolve("copy");
        run(List.of("cp", "-r", newest().toString(), copy.toString()));
        end();
        renew();
        bringBack(copy);
        var took = Duration.ofNanos(System.nanoTime() - since);
        removeTree(copy);
        return new Cost(gaps.longestSince(begin), took, bytes(), bytes());
    }

    private void dump(String whatThen) {
        if (images > 0) {
            removeTree(newest());
        }
        images++;
        try {
            Files.createDirectory(newest());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        criu("dump", newest(), "-t", "" + PID, whatThen);
    }

    private void bringBack(Path from) {
        criu("restore", from, "--restore-detached");
    }

    private void criu(String verb, Path images, String... more) {
        var line = new ArrayList<>(criu);
        line.addAll(List.of(verb, "--no-default-config", "-D", images.toString()));
        line.addAll(List.of("-o", verb + ".log", "--manage-cgroups=ignore"));
        line.addAll(List.of(more));
        inside(line);
    }

    private Path newest() {
        return directory.resolve("images-" + images);
    }

    private void inside(List<String> command) {
        var init = namespace.children().findFirst().orElseThrow().pid();
        var line = new ArrayList<>(List.of("nsenter", "-t", "" + init, "-p", "-m", "--"));
        line.addAll(command);
        run(line);
    }

    private void renew() {
        try {
            namespace = makeNamespace();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void run(List<String> line) {
        try {
            var process =
                    new ProcessBuilder(line)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new CampaignFailed(line + " takes too long");
            }
            if (process.exitValue() != 0) {
                throw new CampaignFailed(line + " ends with " + process.exitValue());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException stop) {
            throw new CampaignFailed("interrupted", stop);
        }
    }

    private long bytes() {
        try (var files = Files.list(newest())) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// The end of its first process is that of all in a pid namespace.
    private void end() {
        namespace.descendants().forEach(ProcessHandle::destroyForcibly);
        namespace.destroyForcibly();
        var _ = namespace.onExit().join();
    }

    private static void removeTree(Path tree) {
        try (var all = Files.walk(tree)) {
            for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        end();
        removeTree(directory);
    }
}
