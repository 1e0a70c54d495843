// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.krg.jepsen.cluster.Cluster;
import org.krg.state.Subcommand;

/// `campaign key-kills`: the campaign on a dev cluster of its own.
public final class KeyKillsCommand implements Subcommand {
    private static final String USAGE =
            """
            Usage: krg-admin campaign key-kills [--kills N] [--keys N] [--seconds N] [--seed N] [--nodes N]

            Starts a dev cluster of its own, kills agents with SIGKILL and starts them again while
            clients read and write keys, and checks that the history is strictly serializable, that
            nothing acknowledged is lost and that all replicas have the same state. Nothing is left
            behind.

              --kills N     how many agents to kill (default 100)
              --keys N      how many keys to write first (default 0)
              --seconds N   kill no more after so many seconds (default 3600)
              --seed N      of the random choices (default: the time)
              --nodes N     of the cluster (default 3)

            Exit codes: 0 nothing was found wrong, 1 something was, 2 usage.
            """;

    @Override
    public String path() {
        return "campaign key-kills";
    }

    @Override
    public String summary() {
        return "Kill agents while clients use keys: all promises hold";
    }

    @Override
    public int run(List<String> arguments) {
        var presets =
                new CampaignOptions(100, Duration.ofHours(1), System.currentTimeMillis(), 3, 0);
        return KeyCommandLine.runOnOwnCluster(
                arguments, USAGE, path(), "--kills", presets, Cluster::up, KeyKillsCommand::kill);
    }

    /// Kills an agent and starts it again.
    static String kill(Cluster cluster, Random random) {
        var victim = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
        cluster.killAgent(victim);
        cluster.start(victim);
        return "agent of " + victim + " killed";
    }
}
