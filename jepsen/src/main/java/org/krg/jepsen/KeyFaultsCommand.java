// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.state.Subcommand;

/// `campaign key-faults`: the campaign with whatever can befall agents, two things at a time: while
/// nodes do not hear each other an agent is killed or stands still, or an operator changes who
/// votes.
public final class KeyFaultsCommand implements Subcommand {
    private static final int MOST_MILLIS = 8_000;

    /// A change of the members that is under way, and an election.
    private static final Duration TO_VOTE = Duration.ofMinutes(1);

    private static final String USAGE =
            """
            Usage: krg-admin campaign key-faults [--faults N] [--keys N] [--seconds N] [--seed N] [--nodes N]

            Starts a dev cluster of its own, each of whose nodes has a network namespace. Has nodes
            not hear each other as in campaign partitions, and meanwhile kills an agent, has one
            stand still, takes a node's vote or hands on the leadership; what is refused for want of
            a majority is no fault of the cluster. Clients and checks are those of the other
            campaigns of keys. Wants root, `ip` and `nft`. Nothing is left behind.

              --faults N    how many pairs (default 50)
              --keys N      how many keys to write first (default 0)
              --seconds N   no more after so many seconds (default 3600)
              --seed N      of the random choices (default: the time)
              --nodes N     of the cluster (default 5)

            Exit codes: 0 nothing was found wrong, 1 something was, 2 usage.
            """;

    /// What is done while nodes are parted.
    private enum Meanwhile {
        KILL,
        PAUSE,
        DEMOTE,
        HAND_ON
    }

    @Override
    public String path() {
        return "campaign key-faults";
    }

    @Override
    public String summary() {
        return "Several faults at a time while clients use keys";
    }

    @Override
    public int run(List<String> arguments) {
        var presets =
                new CampaignOptions(50, Duration.ofHours(1), System.currentTimeMillis(), 5, 0);
        return KeyCommandLine.runOnOwnCluster(
                arguments,
                USAGE,
                path(),
                "--faults",
                presets,
                Cluster::upSeparate,
                KeyFaultsCommand::strike);
    }

    /// Parts nodes, does something else as well, and puts both right.
    static String strike(Cluster cluster, Random random) {
        try {
            var parted = Partition.any(random).strike(cluster, random);
            var also = also(cluster, random);
            Await.pause(Duration.ofMillis(random.nextInt(MOST_MILLIS)));
            return parted + "; " + also;
        } finally {
            cluster.mend();
            cluster.heal();
            promoteAll(cluster);
        }
    }

    /// A node that was demoted, be it that nobody knows, stays so until it is promoted.
    private static void promoteAll(Cluster cluster) {
        Cluster.stream(cluster.get("status").path("members"))
                .filter(member -> member.path("demoted").asBoolean())
                .map(member -> member.path("node").asText())
                .forEach(node ->
                        Await.until(
                                node + " to vote again",
                                TO_VOTE,
                                () -> cluster.run("node", "promote", node).exit() == 0));
    }

    private static String also(Cluster cluster, Random random) {
        var node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
        return switch (Meanwhile.values()[random.nextInt(Meanwhile.values().length)]) {
            case KILL -> {
                cluster.killAgentAtOnce(node);
                yield "agent of " + node + " killed";
            }
            case PAUSE ->
                    KeyPausesCommand.pause(
                            cluster, node, Duration.ofMillis(random.nextInt(MOST_MILLIS)));
            case DEMOTE -> tried(cluster, "node", "demote", node);
            case HAND_ON -> tried(cluster, "node", "transfer-leader", node);
        };
    }

    private static String tried(Cluster cluster, String... line) {
        return "%s: exit code %d".formatted(String.join(" ", line), cluster.run(line).exit());
    }
}
