// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A running agent, recognised by the settings it was started with, from the first moment on: the
/// programs through which it is started carry the same arguments and replace one another.
public final class AgentProcess {
    private static final List<String> RUN = List.of("agent", "run", "--config");

    private final ProcessTable.Entry process;

    private AgentProcess(ProcessTable.Entry process) {
        this.process = process;
    }

    /// {@return the agent that runs with the settings in that file}
    public static Optional<AgentProcess> find(Path settings) {
        return findIn(ProcessTable.all(), settings).map(AgentProcess::new);
    }

    /// {@return the agent among `processes`}. A child that it has just forked looks like it.
    static Optional<ProcessTable.Entry> findIn(List<ProcessTable.Entry> processes, Path settings) {
        var tail = new ArrayList<>(RUN);
        tail.add(settings.toString());
        var alike =
                processes.stream()
                        .filter(process -> endsWith(process.arguments(), tail))
                        .collect(Collectors.toMap(ProcessTable.Entry::pid, process -> process));
        return alike.values().stream()
                .filter(process -> !alike.containsKey(process.parent()))
                .findFirst();
    }

    /// {@return the directories of all dev clusters of which an agent runs, as far as they can be
    /// read}
    static List<DevDirectory> directories() {
        return ProcessTable.all().stream()
                .map(ProcessTable.Entry::arguments)
                .filter(arguments -> arguments.size() > RUN.size())
                .filter(arguments -> endsWith(arguments.subList(0, arguments.size() - 1), RUN))
                .map(List::getLast)
                .filter(settings -> settings.matches("/.*/nodes/[^/]+/krgd\\.toml"))
                .flatMap(settings -> findPath(settings).stream())
                .map(settings -> settings.resolve("../../..").normalize())
                .distinct()
                .map(DevDirectory::at)
                .filter(DevDirectory::hasCluster)
                .toList();
    }

    // What another user's process was started with need not be a path.
    private static Optional<Path> findPath(String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException noPath) {
            return Optional.empty();
        }
    }

    /// {@return its number}
    public long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Asks it to end; its cells go on.
    void terminate() {
        process.terminate();
    }

    /// Ends it with SIGKILL and waits until it is gone; its cells go on.
    boolean kill(Duration limit) throws InterruptedException {
        process.kill();
        return awaitEnd(limit);
    }

    boolean awaitEnd(Duration limit) throws InterruptedException {
        return Patience.until(limit, () -> !process.isAlive());
    }

    private static boolean endsWith(List<String> arguments, List<String> tail) {
        var start = arguments.size() - tail.size();
        return start >= 0 && arguments.subList(start, arguments.size()).equals(tail);
    }
}
