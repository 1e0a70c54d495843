// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.locks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.krg.jepsen.bench.load.Latencies;
import org.krg.jepsen.cluster.Cluster;

/// Programs on the nodes of a cluster lock, unlock, meet and add, alone and all at once; then the
/// same on the floor.
public final class LockBench {
    private static final String SEGMENT = "bench-locks";
    private static final int WARM_UP_CALLS = 200;
    private static final int FLOOR_CALLS = 20_000;
    private static final int PROGRAMS_A_NODE = 8;

    private final Path program;
    private final Cluster cluster;
    private final int calls;
    private final LockReport report = new LockReport();
    private int lastObject;

    /// @param program `krg-sync`
    /// @param calls of each program
    public LockBench(Path program, Cluster cluster, int calls) {
        this.program = program;
        this.cluster = cluster;
        this.calls = calls;
    }

    /// Does everything once.
    public LockReport run() {
        cluster.run("segment", "create", SEGMENT, "--size", "4K").require(0);
        var leader = List.of(cluster.awaitLeader());
        var others = cluster.nodes().stream().filter(it -> !leader.contains(it)).toList();
        var another = others.subList(0, 1);
        var all =
                Collections.nCopies(PROGRAMS_A_NODE, cluster.nodes()).stream()
                        .flatMap(List::stream)
                        .toList();
        var _ = segment("add", leader, WARM_UP_CALLS);
        report.add("atomic add, leader's node", segment("add", leader, calls));
        report.add("atomic add, another node", segment("add", another, calls));
        report.add("atomic add, 24 programs, one word", segment("add", all, calls));
        report.add("lock and unlock, leader's node", segment("lock", leader, calls));
        report.add("lock and unlock, another node", segment("lock", another, calls));
        report.add("lock and unlock, handed between two nodes", segment("lock", others, calls));
        report.add("semaphore: take and give, another node", segment("sem", another, calls));
        report.add("barrier of three nodes", segment("barrier", cluster.nodes(), calls));
        report.add("floor: atomic add", floor("add", 1));
        report.add("floor: lock and unlock", floor("lock", 1));
        report.add("floor: lock and unlock, two processes", floor("lock", 2));
        report.add("floor: semaphore, take and give", floor("sem", 1));
        report.add("floor: barrier of three processes", floor("barrier", 3));
        return report;
    }

    /// A run of a program on each node named, all with one object.
    private LockReport.Run segment(String what, List<String> nodes, int times) {
        lastObject++;
        var starts =
                nodes.stream()
                        .<Supplier<SyncProgram>>map(
                                node -> () -> SyncProgram.on(program, cluster, node, SEGMENT));
        return time(
                starts,
                program -> {
                    if (what.equals("sem")) {
                        var _ = program.begin("semset %d 1".formatted(lastObject)).join();
                    }
                },
                "time %s %d %d %d".formatted(what, lastObject, times, nodes.size()));
    }

    private LockReport.Run floor(String what, int processes) {
        Path file;
        try {
            file = Files.createTempDirectory(Path.of("/dev/shm"), "krg-bench-locks");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        var objects = file.resolve("objects");
        try {
            var starts =
                    Collections.<Supplier<SyncProgram>>nCopies(
                            processes,
                            () ->
                                    SyncProgram.onFloor(
                                            program, "floor %s %d".formatted(objects, processes)));
            return time(
                    starts.stream(),
                    _ -> {},
                    "time %s 0 %d %d".formatted(what, FLOOR_CALLS, processes));
        } finally {
            delete(objects);
            delete(file);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// What is done once before all begin.
    private interface Preparation {
        void of(SyncProgram program);
    }

    private static LockReport.Run time(
            Stream<Supplier<SyncProgram>> starts, Preparation preparation, String command) {
        var programs = new ArrayList<SyncProgram>();
        try {
            starts.forEach(start -> programs.add(start.get()));
            preparation.of(programs.getFirst());
            var start = System.nanoTime();
            var answers = new ArrayList<CompletableFuture<String>>();
            programs.forEach(program -> answers.add(program.begin(command)));
            var latencies = new Latencies();
            for (var answer : answers) {
                for (var nanos : answer.join().split(" ", -1)) {
                    latencies.record(Long.parseLong(nanos));
                }
            }
            return new LockReport.Run(latencies, (System.nanoTime() - start) / 1e9);
        } finally {
            programs.forEach(SyncProgram::close);
        }
    }
}
