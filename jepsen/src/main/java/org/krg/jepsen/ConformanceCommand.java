// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.krg.jepsen.Conformance.Result;
import org.krg.jepsen.Conformance.Trial;
import org.krg.jepsen.cluster.Cluster;
import org.krg.state.Subcommand;

/// `system conformance`: the suite on a dev cluster of its own, as a table.
public final class ConformanceCommand implements Subcommand {
    private static final String USAGE =
            """
            Usage: krg-admin system conformance [NAME...]

            Starts a dev cluster of its own and runs small programs in it that each hold something
            of the kernel's: threads, sockets, shared memory, timers. Each is moved to another node
            while it runs, and brought back on another node from a checkpoint; then it checks
            itself. Nothing is left behind.

            Exit codes: 0 all are as they were, 1 some are not, 2 usage.
            """;

    private static final int USAGE_ERROR = 2;

    @Override
    public String path() {
        return "system conformance";
    }

    @Override
    public String summary() {
        return "Try on this machine what survives a move and a restore";
    }

    @Override
    public int run(List<String> arguments) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            System.out.print(USAGE);
            return 0;
        }
        try (var cluster = Cluster.up(3)) {
            var suite = new Conformance(cluster, natives());
            var cases =
                    suite.cases().stream()
                            .filter(each -> arguments.isEmpty() || arguments.contains(each.name()))
                            .toList();
            if (cases.isEmpty()) {
                System.err.println("error: there is no such program");
                return USAGE_ERROR;
            }
            var moved = suite.run(cases, Trial.MIGRATE);
            var restored = suite.run(cases, Trial.RESTORE);
            return print(moved, restored);
        }
    }

    private static Path natives() {
        return Path.of(System.getProperty("krg.home")).resolve("target/native");
    }

    private static int print(List<Result> moved, List<Result> restored) {
        System.out.printf("%-20s %-8s %-8s %s%n", "PROGRAM", "MIGRATE", "RESTORE", "WHAT IT HOLDS");
        var problems = new ArrayList<String>();
        for (var i = 0; i < moved.size(); i++) {
            var one = moved.get(i);
            var other = restored.get(i);
            System.out.printf(
                    "%-20s %-8s %-8s %s%n",
                    one.of().name(), word(one), word(other), one.of().about());
            for (var result : List.of(one, other)) {
                if (!result.problem().isEmpty()) {
                    problems.add(
                            result.of().name() + ", " + result.trial() + ": " + result.problem());
                }
            }
        }
        problems.forEach(System.out::println);
        return problems.isEmpty() ? 0 : 1;
    }

    private static String word(Result result) {
        return result.problem().isEmpty() ? "good" : "BAD";
    }
}
