// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.krg.checkpoint.CellView;

/// Tasks between `vfork(2)` and the `execve(2)` of the child, as every `posix_spawn(3)` and every
/// command of a shell has them for a moment. The freezer of the cgroup counts them as stopped, but
/// ptrace stops them only when the child has gone on: CRIU, which holds the child, would wait for
/// them until its time is up.
final class VforkWait {
    /// Where the kernel waits for the child; which of them depends on what its compiler inlined.
    private static final Set<String> PLACES =
            Set.of("kernel_clone", "wait_for_vfork_done", "_do_fork");

    /// Of a task that is on a processor or waits for one.
    private static final String NOWHERE = "0";

    private static final Duration PAUSE = Duration.ofMillis(1);

    /// On a busy machine a task waits for its processor.
    private static final Duration TO_SETTLE = Duration.ofSeconds(1);

    private final CellView cell;

    VforkWait(CellView cell) {
        this.cell = cell;
    }

    /// {@return the first task that still waits after `limit`, such as `sh (pid 4711)`}
    Optional<String> await(Duration limit) throws IOException {
        return Lasting.await(this::find, PAUSE, limit);
    }

    private Optional<String> find() throws IOException {
        for (var task : threads()) {
            var directory = Path.of("/proc", task);
            if (PLACES.contains(read(directory.resolve("wchan")))) {
                return Optional.of(read(directory.resolve("comm")) + " (pid " + task + ")");
            }
        }
        return Optional.empty();
    }

    /// Waits until every task of a frozen cell is where it stands still: a task counts as frozen a
    /// little before, and has no place until it has left its processor.
    void settle() throws IOException {
        var until = System.nanoTime() + TO_SETTLE.toNanos();
        for (var task : threads()) {
            while (read(Path.of("/proc", task, "wchan")).equals(NOWHERE)
                    && System.nanoTime() < until) {
                Lasting.pause(PAUSE);
            }
        }
    }

    private List<String> threads() throws IOException {
        return Files.readAllLines(cell.appCgroup().resolve("cgroup.threads"));
    }

    private static String read(Path file) throws IOException {
        return Proc.whileThere(() -> Files.readString(file).strip()).orElse("");
    }
}
