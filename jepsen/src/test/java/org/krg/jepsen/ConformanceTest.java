// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.Conformance.Result;
import org.krg.jepsen.Conformance.Trial;
import org.krg.jepsen.cluster.Cluster;

/// Whatever a program holds, it has it after a move and after a restore.
@ExtendWith(SharedCluster.class)
class ConformanceTest {
    /// One of each family, and those that went wrong before.
    private static final List<String> SHORT =
            List.of(
                    "threads",
                    "sessions",
                    "pending-signals",
                    "timers",
                    "affinity",
                    "pipe-full",
                    "unix-stream",
                    "sysv-memory",
                    "posix-memory",
                    "mapped-file",
                    "deleted",
                    "epoll",
                    "inotify",
                    "own-io-uring",
                    "own-tree");

    @Test
    void programsOfEachKindAreAfterAMoveWhatTheyWere(Cluster cluster) {
        var suite = suite(cluster);
        var cases = suite.cases().stream().filter(each -> SHORT.contains(each.name())).toList();

        assertThat(cases).hasSameSizeAs(SHORT);
        assertThat(problems(suite.run(cases, Trial.MIGRATE))).isEmpty();
    }

    @Test
    @Tag("long")
    void everyProgramIsWhatItWasAfterEveryTrial(Cluster cluster) {
        var suite = suite(cluster);
        var cases = suite.cases();

        assertThat(cases).hasSizeGreaterThanOrEqualTo(40);
        for (var trial : Trial.values()) {
            var problems = problems(suite.run(cases, trial));
            assertThat(problems).as("%s", trial).allMatch(ConformanceTest::isKnown);
        }
    }

    /// What cannot be at all, or not on one machine: the README of checkpoint tells why.
    private static boolean isKnown(Result result) {
        return switch (result.of().name()) {
            case "eventfd" -> result.problem().contains("semaphore would come back as a counter");
            case "fifo" -> result.problem().contains("what is unread in it would be there twice");
            case "locks" -> result.problem().contains("a lock is held on");
            default -> false;
        };
    }

    private static List<Result> problems(List<Result> results) {
        return results.stream().filter(result -> !result.problem().isEmpty()).toList();
    }

    private static Conformance suite(Cluster cluster) {
        var root = Path.of(System.getProperty("krg.root"));
        return new Conformance(cluster, root.resolve("target/native"));
    }
}
