// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.krg.jepsen.cluster.Cluster;

/// A way in which nodes of a cluster do not hear each other. Clients reach all of them all the
/// time.
enum Partition {
    /// The leader on one side, everybody else on the other.
    LEADER_ALONE,
    /// As many as are no majority on one side, whoever they are.
    MINORITY_APART,
    /// The leader is heard and hears nobody: it goes on telling others that it leads.
    LEADER_DEAF,
    /// The leader hears everybody and nobody hears it.
    LEADER_MUTE,
    /// Two sides that do not hear each other, and one node that hears both.
    BRIDGE,
    /// Nobody hears anybody.
    ALL_APART,
    /// Every node hears a part of what the others send.
    LOSSY;

    private static final int LEAST_PERCENT = 10;
    private static final int MOST_PERCENT = 60;

    /// {@return one of them}
    static Partition any(Random random) {
        return values()[random.nextInt(values().length)];
    }

    /// {@return whether a majority hears each other and a leader among them, so that the cluster
    /// has to go on}
    boolean leavesMajority() {
        return this != ALL_APART && this != LOSSY;
    }

    /// Parts the nodes, until they are mended.
    ///
    /// @return what was done, in words
    String strike(Cluster cluster, Random random) {
        return switch (this) {
            case LEADER_ALONE -> apart(cluster, List.of(cluster.awaitLeader()));
            case MINORITY_APART -> {
                var nodes = shuffled(cluster, random);
                yield apart(cluster, nodes.subList(0, (nodes.size() - 1) / 2));
            }
            case LEADER_DEAF -> {
                var leader = cluster.awaitLeader();
                cluster.cut(List.of(leader), others(cluster, List.of(leader)), "--one-way");
                yield "the leader " + leader + " heard nobody";
            }
            case LEADER_MUTE -> {
                var leader = cluster.awaitLeader();
                cluster.cut(others(cluster, List.of(leader)), List.of(leader), "--one-way");
                yield "nobody heard the leader " + leader;
            }
            case BRIDGE -> {
                var nodes = shuffled(cluster, random);
                var middle = nodes.removeFirst();
                var half = nodes.size() / 2;
                var sides = List.of(nodes.subList(0, half), nodes.subList(half, nodes.size()));
                cluster.cut(sides.getFirst(), sides.getLast());
                yield "%s and %s did not hear each other, %s both"
                        .formatted(sides.getFirst(), sides.getLast(), middle);
            }
            case ALL_APART -> {
                cutEach(cluster);
                yield "nobody heard anybody";
            }
            case LOSSY -> {
                var percent = random.nextInt(LEAST_PERCENT, MOST_PERCENT);
                cutEach(cluster, "--percent", "" + percent);
                yield percent + " % of all packets were lost";
            }
        };
    }

    private static String apart(Cluster cluster, List<String> side) {
        cluster.cut(side, others(cluster, side));
        return side + " were apart from the others";
    }

    private static void cutEach(Cluster cluster, String... options) {
        var nodes = cluster.nodes();
        for (var i = 0; i < nodes.size() - 1; i++) {
            cluster.cut(nodes.subList(i, i + 1), nodes.subList(i + 1, nodes.size()), options);
        }
    }

    private static List<String> shuffled(Cluster cluster, Random random) {
        var nodes = new ArrayList<>(cluster.nodes());
        Collections.shuffle(nodes, random);
        return nodes;
    }

    private static List<String> others(Cluster cluster, List<String> side) {
        return cluster.nodes().stream().filter(node -> !side.contains(node)).toList();
    }
}
