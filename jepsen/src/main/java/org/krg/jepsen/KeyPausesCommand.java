// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.state.Subcommand;

/// `campaign key-pauses`: the campaign with agents that stand still for a while, as in a machine
/// that swaps or is moved. Who was a leader before goes on as if it still were.
public final class KeyPausesCommand implements Subcommand {
    /// Longer than an election, and than the lease of a node.
    private static final int MOST_MILLIS = 12_000;

    private static final String USAGE =
            """
            Usage: krg-admin campaign key-pauses [--pauses N] [--keys N] [--seconds N] [--seed N] [--nodes N]

            Starts a dev cluster of its own, stops agents with SIGSTOP, every other time the
            leader's, and lets them go on after up to twelve seconds, while clients read and write
            keys and hold leases and a lock; then checks what campaign key-kills checks. Nothing is
            left behind.

              --pauses N    how many agents to stop (default 50)
              --keys N      how many keys to write first (default 0)
              --seconds N   stop no more after so many seconds (default 3600)
              --seed N      of the random choices (default: the time)
              --nodes N     of the cluster (default 3)

            Exit codes: 0 nothing was found wrong, 1 something was, 2 usage.
            """;

    @Override
    public String path() {
        return "campaign key-pauses";
    }

    @Override
    public String summary() {
        return "Pause agents while clients use keys: all promises hold";
    }

    @Override
    public int run(List<String> arguments) {
        var presets =
                new CampaignOptions(50, Duration.ofHours(1), System.currentTimeMillis(), 3, 0);
        return KeyCommandLine.runOnOwnCluster(
                arguments,
                USAGE,
                path(),
                "--pauses",
                presets,
                Cluster::up,
                (cluster, random) -> pause(cluster, random, MOST_MILLIS));
    }

    /// Has an agent stand still for at most so many milliseconds.
    static String pause(Cluster cluster, Random random, int mostMillis) {
        var victim =
                random.nextBoolean()
                        ? cluster.awaitLeader()
                        : cluster.nodes().get(random.nextInt(cluster.nodes().size()));
        return pause(cluster, victim, Duration.ofMillis(random.nextInt(mostMillis)));
    }

    /// Has an agent stand still.
    static String pause(Cluster cluster, String victim, Duration length) {
        cluster.pauseAgent(victim);
        try {
            Await.pause(length);
        } finally {
            cluster.resumeAgent(victim);
        }
        return "agent of %s stood still for %.1f s".formatted(victim, length.toMillis() / 1000.0);
    }
}
