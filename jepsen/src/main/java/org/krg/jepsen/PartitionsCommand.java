// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.state.Subcommand;

/// `campaign partitions`: the campaign on nodes with networks of their own, some of which do not
/// hear others for a while.
public final class PartitionsCommand implements Subcommand {
    /// Longer than an election, and than the lease of a node.
    private static final int MOST_MILLIS = 15_000;

    /// An election after the leader was found gone, on a busy machine.
    private static final Duration TO_GO_ON = Duration.ofSeconds(45);

    private static final String USAGE =
            """
            Usage: krg-admin campaign partitions [--partitions N] [--keys N] [--seconds N] [--seed N] [--nodes N]

            Starts a dev cluster of its own, each of whose nodes has a network namespace, and has
            nodes not hear each other for up to fifteen seconds at a time: the leader or a minority
            apart, the leader deaf or mute, two sides with one node that hears both, everybody alone,
            or packets lost by chance. Meanwhile clients, who reach all nodes, read and write keys
            and hold leases and a lock, and where a majority hears each other it has to answer; then
            it checks what campaign key-kills checks. Wants root, `ip` and `nft`. Nothing is left
            behind.

              --partitions N  how many (default 50)
              --keys N        how many keys to write first (default 0)
              --seconds N     no more after so many seconds (default 3600)
              --seed N        of the random choices (default: the time)
              --nodes N       of the cluster (default 3)

            Exit codes: 0 nothing was found wrong, 1 something was, 2 usage.
            """;

    @Override
    public String path() {
        return "campaign partitions";
    }

    @Override
    public String summary() {
        return "Part nodes while clients use keys: all promises hold";
    }

    @Override
    public int run(List<String> arguments) {
        var presets =
                new CampaignOptions(50, Duration.ofHours(1), System.currentTimeMillis(), 3, 0);
        return KeyCommandLine.runOnOwnCluster(
                arguments,
                USAGE,
                path(),
                "--partitions",
                presets,
                Cluster::upSeparate,
                (cluster, random) -> part(cluster, random, MOST_MILLIS));
    }

    /// Parts nodes for at most so many milliseconds.
    static String part(Cluster cluster, Random random, int mostMillis) {
        return part(cluster, Partition.any(random), random, mostMillis);
    }

    /// Parts nodes in a certain way for at most so many milliseconds.
    static String part(Cluster cluster, Partition partition, Random random, int mostMillis) {
        var length = Duration.ofMillis(random.nextInt(mostMillis));
        try {
            var what = partition.strike(cluster, random);
            if (partition.leavesMajority()) {
                awaitAnswer(cluster, what);
            }
            Await.pause(length);
            return "%s for %.1f s".formatted(what, length.toMillis() / 1000.0);
        } finally {
            cluster.mend();
        }
    }

    static void awaitAnswer(Cluster cluster, String what) {
        Await.until(
                "the majority to answer while " + what,
                TO_GO_ON,
                () -> cluster.run("state", "put", "parted", what).exit() == 0);
    }
}
