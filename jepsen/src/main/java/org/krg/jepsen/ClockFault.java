// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.Random;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;

/// A way in which the wall clocks of a cluster's nodes are wrong, until they are set right.
enum ClockFault {
    /// The leader's jumps forward.
    LEADER_AHEAD,
    /// The leader's jumps back.
    LEADER_BEHIND,
    /// All jump, each by another amount, forward or back.
    ALL_APART,
    /// One jumps and its agent is killed: it starts with the wrong clock.
    KILLED,
    /// One jumps to and fro without an end.
    STROBE;

    private static final Duration LEAST = Duration.ofSeconds(2);

    /// Less than the day for which certificates are good before they were made.
    private static final Duration MOST = Duration.ofHours(12);

    private static final Duration LONGEST_STROBE = Duration.ofSeconds(10);
    private static final int MOST_PERIOD_MILLIS = 200;

    /// An answer's date is in seconds, and kept for one.
    private static final Duration UNSURE = Duration.ofSeconds(4);

    private static final Duration TO_SHOW = Duration.ofSeconds(30);

    /// {@return one of them}
    static ClockFault any(Random random) {
        return values()[random.nextInt(values().length)];
    }

    /// Has clocks jump.
    ///
    /// @return what was done, in words
    /// @throws org.krg.jepsen.cluster.CampaignFailed if an agent does not have the clock it was
    ///   given
    String strike(Cluster cluster, Random random) {
        return switch (this) {
            case LEADER_AHEAD -> jump(cluster, cluster.awaitLeader(), size(random));
            case LEADER_BEHIND -> jump(cluster, cluster.awaitLeader(), size(random).negated());
            case ALL_APART ->
                    String.join(
                            ", ",
                            cluster.nodes().stream()
                                    .map(node -> jump(cluster, node, any(size(random), random)))
                                    .toList());
            case KILLED -> {
                var node = victim(cluster, random);
                var what = jump(cluster, node, any(size(random), random));
                cluster.killAgentAtOnce(node);
                cluster.start(node);
                yield what + ", and its agent was killed and started";
            }
            case STROBE -> strobe(cluster, victim(cluster, random), size(random), random);
        };
    }

    /// Sets all clocks right, which is a jump, too.
    static void setRight(Cluster cluster) {
        cluster.nodes().forEach(node -> cluster.setClock(node, Duration.ZERO));
    }

    private static String jump(Cluster cluster, String node, Duration ahead) {
        cluster.setClock(node, ahead);
        Await.until(
                "the clock of " + node + " to be " + text(ahead),
                TO_SHOW,
                () ->
                        cluster.clock(node)
                                .filter(seen -> seen.minus(ahead).abs().compareTo(UNSURE) < 0)
                                .isPresent());
        return "the clock of %s %s".formatted(node, text(ahead));
    }

    private static String strobe(Cluster cluster, String node, Duration size, Random random) {
        var period = Duration.ofMillis(1 + random.nextInt(MOST_PERIOD_MILLIS));
        var jumps = 1 + random.nextInt((int) LONGEST_STROBE.dividedBy(period));
        for (var i = 0; i < jumps; i++) {
            cluster.setClock(node, i % 2 == 0 ? size : size.negated());
            Await.pause(period);
        }
        return "the clock of %s jumped %d times by %s, every %d ms"
                .formatted(node, jumps, size.multipliedBy(2), period.toMillis());
    }

    private static String victim(Cluster cluster, Random random) {
        return random.nextBoolean()
                ? cluster.awaitLeader()
                : cluster.nodes().get(random.nextInt(cluster.nodes().size()));
    }

    /// Small and large ones are as likely.
    private static Duration size(Random random) {
        var ratio = (double) MOST.toMillis() / LEAST.toMillis();
        return Duration.ofMillis(
                Math.round(LEAST.toMillis() * Math.pow(ratio, random.nextDouble())));
    }

    private static Duration any(Duration size, Random random) {
        return random.nextBoolean() ? size : size.negated();
    }

    private static String text(Duration ahead) {
        return ahead.abs() + (ahead.isNegative() ? " behind" : " ahead");
    }
}
