// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.engine;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.policy.core.BadPolicy;
import org.krg.policy.core.JudgedPolicy;
import org.krg.policy.core.LeastLoaded;
import org.krg.policy.core.Move;
import org.krg.policy.core.Policy;
import org.krg.policy.core.PolicyReader;
import org.krg.policy.core.Rebalance;
import org.krg.policy.core.WrittenPolicy;
import org.krg.policy.model.Situation;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.NodeId;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.PolicyVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides by the policy that the cluster has agreed on: one that a user wrote, or krg's own. One
/// that cannot be read, as another version of krg may have stored it, is krg's own too, and the
/// decision says so. Safe for use from any thread.
public final class AgreedPolicy implements Policy {
    private static final Logger log = LoggerFactory.getLogger(AgreedPolicy.class);

    private final Policy own = new LeastLoaded();
    private final PolicyReader reader;
    private @Nullable Known known;

    public AgreedPolicy(PolicyReader reader) {
        this.reader = reader;
    }

    private record Written(JudgedPolicy policy, WrittenPolicy written) {}

    private record Known(PolicyVersion version, Policy deciding, Optional<Written> written) {}

    @Override
    public String name() {
        return "agreed";
    }

    @Override
    public PlacementDecision place(Situation situation, HostedProcess process) {
        return of(situation.image()).place(situation, process);
    }

    /// Reads the policy that decides, if it is another one by now, so that nobody has to who must
    /// not wait.
    public void prepare(ClusterImage image) {
        var _ = of(image);
    }

    /// {@return when the policy that decides moves what runs; empty: never}
    public Optional<Rebalance> rebalance(ClusterImage image) {
        return written(image).flatMap(it -> it.written().rebalance());
    }

    /// {@return where a process that runs had better be, as the policy that decides has it}
    ///
    /// @param process as one that has no node
    /// @param present where it is
    public Optional<Move> better(Situation situation, HostedProcess process, NodeId present) {
        return written(situation.image())
                .flatMap(it ->
                        it.written()
                                .rebalance()
                                .flatMap(rule ->
                                        it.policy().better(situation, process, present, rule)));
    }

    private Policy of(ClusterImage image) {
        return image.policies().decides().map(this::known).map(Known::deciding).orElse(own);
    }

    private Optional<Written> written(ClusterImage image) {
        return image.policies().decides().map(this::known).flatMap(Known::written);
    }

    /// One thread reads, the others wait for it.
    private synchronized Known known(PolicyVersion version) {
        var last = known;
        if (last == null || !last.version().equals(version)) {
            last = read(version);
            known = last;
        }
        return last;
    }

    private Known read(PolicyVersion version) {
        var name = version.id().toString();
        try {
            var written = reader.read(version.text());
            var policy = new JudgedPolicy(name, written.judge());
            return new Known(version, policy, Optional.of(new Written(policy, written)));
        } catch (BadPolicy bad) {
            log.warn("policy cannot be read, krg's own decides policy={} why={}", name, bad);
            return new Known(version, new Unread(own, name), Optional.empty());
        }
    }

    private record Unread(Policy own, String unread) implements Policy {
        @Override
        public String name() {
            return "%s, because %s cannot be read here".formatted(own.name(), unread);
        }

        @Override
        public PlacementDecision place(Situation situation, HostedProcess process) {
            var decision = own.place(situation, process);
            return new PlacementDecision(
                    name(), decision.chosen(), decision.verdicts(), decision.at());
        }
    }
}
