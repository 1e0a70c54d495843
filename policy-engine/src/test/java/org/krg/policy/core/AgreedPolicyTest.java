// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.policy.core.Clusters.NOW;
import static org.krg.policy.core.Clusters.node;
import static org.krg.policy.core.Clusters.process;
import static org.krg.policy.core.Clusters.situation;
import static org.krg.policy.core.Clusters.spec;
import static org.krg.policy.core.Clusters.waiting;
import static org.krg.policy.core.Clusters.with;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.policy.core.Judge.Opinion;
import org.krg.policy.engine.AgreedPolicy;
import org.krg.policy.model.Ledger;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Policies;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.NodeId;
import org.krg.state.model.Origin;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;

class AgreedPolicyTest {
    private static final HostedProcess NEW = process(9, waiting(new Origin.Beginning()));
    private static final ClusterImage TWO_NODES =
            with(with(ClusterImage.EMPTY, node("n1"), node("n2")), spec(1_000, Duration.ZERO), NEW);

    private final List<String> read = new ArrayList<>();
    private final Policy agreed = new AgreedPolicy(this::read);

    /// Likes the node that the text names.
    private WrittenPolicy read(String text) throws BadPolicy {
        read.add(text);
        if (text.equals("unlike")) {
            throw new BadPolicy("of another version");
        }
        return new WrittenPolicy(
                "mine",
                "",
                "",
                values ->
                        new Opinion(
                                List.of(),
                                text.equals(values.get("node.name")) ? 1 : 0,
                                List.of(),
                                false),
                Optional.empty());
    }

    @Test
    void krgsOwnDecidesWhereNoneIsActive() {
        assertThat(place(TWO_NODES).policy()).startsWith("least-loaded@");
        assertThat(read).isEmpty();
    }

    @Test
    void theOneThatIsActiveDecidesAndIsReadOnce() {
        var image = deciding(1, "n2");

        assertThat(place(image).chosen()).contains(new NodeId("n2"));
        assertThat(place(image).policy()).isEqualTo("mine@1");
        assertThat(place(deciding(2, "n1")).chosen()).contains(new NodeId("n1"));
        assertThat(read).containsExactly("n2", "n1");
    }

    @Test
    void krgsOwnDecidesInPlaceOfOneThatCannotBeReadAndSaysSo() {
        var decision = place(deciding(3, "unlike"));

        assertThat(decision.chosen()).contains(new NodeId("n1"));
        assertThat(decision.policy()).endsWith(", because mine@3 cannot be read here");
    }

    private static ClusterImage deciding(long version, String text) {
        var id = new PolicyId("mine", version);
        return TWO_NODES.withPolicies(
                Policies.NONE
                        .with(new PolicyVersion(id, "", text, "ann", NOW))
                        .deciding(Optional.of(id), Optional.empty()));
    }

    private PlacementDecision place(ClusterImage image) {
        return agreed.place(situation(image, Ledger.EMPTY), NEW);
    }
}
