// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.jepsen.Conformance.Outcome;
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
                    "robust-lock",
                    "duties",
                    "cell-full",
                    "own-io-uring",
                    "own-tree");

    /// Some of those that krg names beforehand.
    private static final List<String> REFUSED =
            List.of("eventfd", "traced", "posix-queue", "cell-multicast");

    /// Of a user, whose rights are all that a restore has to files.
    @Test
    void programsOfEachKindAreAfterAMoveWhatTheyWere(Cluster cluster) {
        var suite = suite(cluster, Optional.of("nobody"));
        var cases = suite.cases().stream().filter(each -> SHORT.contains(each.name())).toList();

        assertThat(cases).hasSameSizeAs(SHORT);
        assertThat(problems(suite.run(cases, Trial.MIGRATE))).isEmpty();
    }

    @Test
    @Tag("long")
    void everyProgramIsWhatItWasAfterEveryTrial(Cluster cluster) {
        var suite = suite(cluster, Optional.empty());
        var cases = suite.cases();

        assertThat(cases).hasSizeGreaterThanOrEqualTo(70);
        for (var trial : Trial.values()) {
            var problems = problems(suite.run(cases, trial));
            assertThat(problems).as("%s", trial).allMatch(ConformanceTest::isKnown);
        }
    }

    @Test
    void whatCannotBeSavedIsRefusedAndGoesOnAsItWas(Cluster cluster) {
        var suite = suite(cluster, Optional.empty());
        var cases = suite.cases().stream().filter(each -> REFUSED.contains(each.name())).toList();

        assertThat(suite.run(cases, Trial.CHECKPOINT))
                .hasSameSizeAs(REFUSED)
                .allMatch(ConformanceTest::isKnown);
    }

    /// What cannot be at all, or not on one machine: the README of checkpoint tells why.
    private static boolean isKnown(Result result) {
        return result.outcome() == Outcome.REFUSED
                && switch (result.of().name()) {
                    case "eventfd" -> says(result, "semaphore would come back as a counter");
                    case "fifo" -> says(result, "what is unread in it would be there twice");
                    case "locks" -> says(result, "a lock is held on");
                    case "traced" -> says(result, "is traced by pid");
                    case "vfork" -> says(result, "waits for a child that vfork(2) made");
                    case "posix-queue" -> says(result, "a POSIX message queue");
                    case "tcp" -> says(result, "a socket is bound to tcp");
                    case "tcp-full" ->
                            says(result, "a socket is bound to tcp")
                                    || says(result, "to send that the other end has not read");
                    case "cell-queue" -> says(result, "has a backlog of 1 connection");
                    case "cell-multicast" -> says(result, "its multicast group 239.194.1.7");
                    default -> false;
                };
    }

    private static boolean says(Result result, String part) {
        return result.problem().contains(part);
    }

    private static List<Result> problems(List<Result> results) {
        return results.stream().filter(result -> !result.problem().isEmpty()).toList();
    }

    private static Conformance suite(Cluster cluster, Optional<String> user) {
        var root = Path.of(System.getProperty("krg.root"));
        return new Conformance(cluster, root.resolve("target/native"), user);
    }
}
