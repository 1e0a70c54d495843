// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.krg.state.model.NodeId;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Verdict;

class BriefDecisionTest {
    @Test
    void whatIsShortStaysAsItIs() {
        var decision = decision(3, List.of("cpu: 0.5", "memory: 0.5"));

        assertThat(BriefDecision.of(decision)).isEqualTo(decision);
    }

    @Test
    void whatIsSaidOfManyNodesHasABoundAndTheChosenOneIsAmongThem() {
        var decision = decision(5_000, Collections.nCopies(32, "r".repeat(200)));

        var brief = BriefDecision.of(decision);

        assertThat(brief.verdicts())
                .hasSize(BriefDecision.MOST_VERDICTS + 1)
                .extracting(Verdict::node)
                .contains(brief.chosen().orElseThrow());
        assertThat(brief.verdicts().stream().flatMap(it -> it.reasons().stream()))
                .allMatch("… and 32 more"::equals);
    }

    @Test
    void eachNodeHasItsShare() {
        var brief = BriefDecision.of(decision(100, Collections.nCopies(32, "r".repeat(200))));

        assertThat(brief.verdicts()).hasSize(100);
        var reasons = brief.verdicts().getFirst().reasons();
        assertThat(reasons).hasSize(7).endsWith("… and 26 more");
        assertThat(brief.verdicts()).allMatch(it -> it.reasons().equals(reasons));
    }

    /// The last node is the chosen one.
    private static PlacementDecision decision(int nodes, List<String> reasons) {
        var verdicts =
                IntStream.range(0, nodes)
                        .mapToObj(i -> new Verdict(new NodeId("n" + i), true, 1, reasons))
                        .toList();
        return new PlacementDecision(
                "policy@1", Optional.of(verdicts.getLast().node()), verdicts, Instant.EPOCH);
    }
}
