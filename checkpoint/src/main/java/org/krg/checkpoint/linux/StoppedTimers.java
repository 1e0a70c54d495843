// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.krg.checkpoint.CellView;
import org.krg.linux.PidFd;
import org.krg.linux.TimerFd;

/// Timers with an interval that had expired when they were saved. The kernel shows no time left for
/// them, and CRIU takes that for a timer that is not set. Used once, on a frozen cell.
final class StoppedTimers {
    /// `(seconds, nanoseconds)`
    private static final Pattern TIME = Pattern.compile("\\((\\d+), (\\d+)\\)");

    /// It has expired: whoever reads it learns that at once, and of the time since then.
    private static final Duration AT_ONCE = Duration.ofNanos(1);

    private final CellView cell;

    StoppedTimers(CellView cell) {
        this.cell = cell;
    }

    void start() throws IOException {
        for (var pid : Files.readAllLines(cell.appCgroup().resolve("cgroup.procs"))) {
            // A process that was saved as a zombie has no descriptors.
            for (var file : Proc.whileThere(() -> descriptors(pid)).orElse(List.of())) {
                Proc.whileThere(() -> Proc.lines(file))
                        .flatMap(StoppedTimers::stopped)
                        .ifPresent(interval -> start(pid, file.getFileName().toString(), interval));
            }
        }
    }

    private static List<Path> descriptors(String pid) throws IOException {
        var found = new ArrayList<Path>();
        try (var files = Files.newDirectoryStream(Path.of("/proc", pid, "fdinfo"))) {
            files.forEach(found::add);
        }
        return found;
    }

    private static void start(String pid, String fd, Duration interval) {
        PidFd.open(Long.parseLong(pid))
                .ifPresent(process -> {
                    try (process) {
                        TimerFd.of(process, Integer.parseInt(fd))
                                .ifPresent(timer -> {
                                    try (timer) {
                                        timer.start(AT_ONCE, interval);
                                    }
                                });
                    }
                });
    }

    /// {@return the interval of a timer that has expired and will not again}
    static Optional<Duration> stopped(List<String> information) {
        var ticks = FdFacts.field(information, "ticks");
        var value = FdFacts.field(information, "it_value").flatMap(StoppedTimers::time);
        return ticks.isPresent()
                        && !ticks.get().equals("0")
                        && value.equals(Optional.of(Duration.ZERO))
                ? FdFacts.field(information, "it_interval")
                        .flatMap(StoppedTimers::time)
                        .filter(Duration::isPositive)
                : Optional.empty();
    }

    private static Optional<Duration> time(String text) {
        var time = TIME.matcher(text);
        return time.matches()
                ? Optional.of(
                        Duration.ofSeconds(
                                Long.parseLong(time.group(1)), Long.parseLong(time.group(2))))
                : Optional.empty();
    }
}
