// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.state.Subcommand;

/// `campaign clock-jumps`: the campaign on nodes whose wall clocks are wrong for a while, each by
/// itself.
public final class ClockJumpsCommand implements Subcommand {
    private static final int MOST_MILLIS = 8_000;

    /// Longer than what programs take on a busy machine, shorter than most jumps.
    private static final Duration TO_RUN = Duration.ofSeconds(45);

    private static final String USAGE =
            """
            Usage: krg-admin campaign clock-jumps [--jumps N] [--keys N] [--seconds N] [--seed N] [--nodes N]

            Starts a dev cluster of its own, whose nodes speak TLS and have wall clocks of their own
            (a preloaded library, compiled with gcc), and has clocks jump forward and back by two
            seconds to twelve hours: the leader's, each by another amount, to and fro without an end,
            or before an agent is killed and starts. Meanwhile clients read and write keys and hold
            leases and a lock, the cluster has to answer and to run a program at once; then it checks
            what campaign key-kills checks. Wants root, `ip` and `nft`. Nothing is left behind.

              --jumps N     how many (default 50)
              --keys N      how many keys to write first (default 0)
              --seconds N   no more after so many seconds (default 3600)
              --seed N      of the random choices (default: the time)
              --nodes N     of the cluster (default 3)

            Exit codes: 0 nothing was found wrong, 1 something was, 2 usage.
            """;

    @Override
    public String path() {
        return "campaign clock-jumps";
    }

    @Override
    public String summary() {
        return "Shift clocks while clients use keys: all promises hold";
    }

    @Override
    public int run(List<String> arguments) {
        var presets =
                new CampaignOptions(50, Duration.ofHours(1), System.currentTimeMillis(), 3, 0);
        return KeyCommandLine.runOnOwnCluster(
                arguments,
                USAGE,
                path(),
                "--jumps",
                presets,
                Cluster::upWithClocks,
                (cluster, random) -> jump(cluster, ClockFault.any(random), random, MOST_MILLIS));
    }

    /// Has clocks be wrong in a certain way, for at most so many milliseconds beyond what it takes
    /// to see that the cluster goes on.
    static String jump(Cluster cluster, ClockFault fault, Random random, int mostMillis) {
        var length = Duration.ofMillis(random.nextInt(mostMillis));
        var program = "clocks-" + Long.toHexString(random.nextLong());
        try {
            var what = fault.strike(cluster, random);
            PartitionsCommand.awaitAnswer(cluster, what);
            cluster.installation()
                    .run(TO_RUN, "run", "--name", program, "--wait", "--", "true")
                    .require(0);
            Await.pause(length);
            return "%s for %.1f s more".formatted(what, length.toMillis() / 1000.0);
        } finally {
            ClockFault.setRight(cluster);
        }
    }
}
