// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.List;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;

/// `campaign agent-kills`: the campaign on a dev cluster of its own.
public final class AgentKillsCommand implements Subcommand {
    private static final String USAGE =
            """
            Usage: krg-admin campaign agent-kills [--kills N] [--seconds N] [--seed N] [--nodes N]

            Starts a dev cluster of its own, kills agents with SIGKILL and starts them again while
            clients submit and stop jobs, and checks that every job ended once, that no process ran
            twice and that all replicas have the same state. Nothing is left behind.

              --kills N     how many agents to kill (default 100)
              --seconds N   kill no more after so many seconds (default 3600)
              --seed N      of the random choices (default: the time)
              --nodes N     of the cluster (default 3)

            Exit codes: 0 nothing was found wrong, 1 something was, 2 usage.
            """;

    private static final int USAGE_ERROR = 2;

    @Override
    public String path() {
        return "campaign agent-kills";
    }

    @Override
    public String summary() {
        return "Kill agents under load: nothing is lost or done twice";
    }

    @Override
    public int run(List<String> arguments) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            System.out.print(USAGE);
            return 0;
        }
        try {
            var options = Options.parse(arguments);
            return Interruptible.perform(() -> run(options));
        } catch (IllegalArgumentException wrong) {
            System.err.println("error: " + wrong.getMessage());
            System.err.println("  krg-admin campaign agent-kills --help tells its options");
            return USAGE_ERROR;
        }
    }

    private static int run(Options options) {
        System.err.println("seed " + options.seed);
        try (var cluster = Cluster.up(options.nodes)) {
            var report =
                    new AgentKills(cluster, System.err::println)
                            .run(options.kills, options.limit, options.seed);
            System.out.printf(
                    "%d agents killed, %d jobs ended, %d nodes lost for a while, %d violations%n",
                    report.kills(), report.jobs(), report.nodesLost(), report.violations().size());
            report.violations().forEach(System.out::println);
            return report.violations().isEmpty() ? 0 : 1;
        }
    }

    private record Options(int kills, Duration limit, long seed, int nodes) {
        static Options parse(List<String> arguments) {
            var options = new Options(100, Duration.ofHours(1), System.currentTimeMillis(), 3);
            for (var i = 0; i < arguments.size(); i += 2) {
                var value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
                options = options.with(arguments.get(i), value);
            }
            return options;
        }

        private Options with(String option, String value) {
            return switch (option) {
                case "--kills" -> new Options((int) number(option, value), limit, seed, nodes);
                case "--seconds" ->
                        new Options(kills, Duration.ofSeconds(number(option, value)), seed, nodes);
                case "--seed" -> new Options(kills, limit, number(option, value), nodes);
                case "--nodes" -> new Options(kills, limit, seed, (int) number(option, value));
                default -> throw new IllegalArgumentException("unknown option " + option);
            };
        }

        private static long number(String option, String value) {
            if (!value.matches("[0-9]{1,18}")) {
                throw new IllegalArgumentException(
                        option + " takes a number, not \"" + value + "\"");
            }
            return Long.parseLong(value);
        }
    }
}
