// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.START;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.codec.RowChange;
import org.krg.state.codec.RowTable;
import org.krg.state.codec.Rows;
import org.krg.state.command.PolicyCommand;
import org.krg.state.command.PolicyCommand.ActivatePolicy;
import org.krg.state.command.PolicyCommand.RemovePolicy;
import org.krg.state.command.PolicyCommand.RollBackPolicy;
import org.krg.state.command.PolicyCommand.StorePolicy;
import org.krg.state.command.Refusal;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;

class PolicyRulesTest {
    private static final PolicyId FIRST = new PolicyId("packed", 1);
    private static final PolicyId SECOND = new PolicyId("packed", 2);

    private ClusterImage image = ClusterImage.EMPTY;

    @Test
    void aTextIsTheNextVersionAndDecidesNothingYet() {
        assertThat(accept(store("packed", "a"))).isEqualTo(1);
        assertThat(accept(store("packed", "b"))).isEqualTo(2);

        assertThat(image.policies().newest("packed").map(PolicyVersion::text)).contains("b");
        assertThat(image.policies().decides()).isEmpty();
    }

    @Test
    void theSameTextAgainIsTheSameVersion() {
        accept(store("packed", "a"));

        assertThat(accept(store("packed", "a"))).isEqualTo(1);
        assertThat(image.policies().of("packed")).hasSize(1);
    }

    @Test
    void theWayBackIsToWhatDecidedBefore() {
        accept(store("packed", "a"));
        accept(store("packed", "b"));
        accept(new ActivatePolicy(Optional.of(FIRST)));
        accept(new ActivatePolicy(Optional.of(SECOND)));

        accept(new RollBackPolicy());
        assertThat(image.policies().active()).contains(FIRST);
        accept(new RollBackPolicy());
        assertThat(image.policies().active()).contains(SECOND);
    }

    @Test
    void theWayBackFromTheFirstIsTheOneThatKrgBringsAlong() {
        accept(store("packed", "a"));
        accept(new ActivatePolicy(Optional.of(FIRST)));

        accept(new RollBackPolicy());

        assertThat(image.policies().decides()).isEmpty();
    }

    @Test
    void whereNothingDecidedBeforeThereIsNoWayBack() {
        assertThat(refusal(new RollBackPolicy())).isEqualTo(Refusal.CONFLICT);
    }

    @Test
    void aWayBackThatIsGoneLeavesNoRow() {
        accept(store("packed", "a"));
        accept(new ActivatePolicy(Optional.of(FIRST)));
        accept(new ActivatePolicy(Optional.empty()));
        var decision =
                (Decision.Accept) ClusterStateMachine.decide(image, new RemovePolicy("packed"));
        var after = ClusterStateMachine.fold(image, image.revision().next(), decision.events());

        var rows = Rows.changes(decision.events(), after);
        assertThat(rows)
                .filteredOn(row -> row.table() == RowTable.POLICIES)
                .hasSize(2)
                .allMatch(row -> row instanceof RowChange.Delete);
        assertThat(Rows.all(after)).noneMatch(row -> row.table() == RowTable.POLICIES);
        assertThat(after.policies().previous()).isEmpty();
    }

    @Test
    void whatDecidesIsNotRemoved() {
        accept(store("packed", "a"));
        accept(new ActivatePolicy(Optional.of(FIRST)));

        assertThat(refusal(new RemovePolicy("packed"))).isEqualTo(Refusal.CONFLICT);
        accept(new ActivatePolicy(Optional.empty()));
        accept(new RemovePolicy("packed"));

        assertThat(image.policies().versions().values()).isEmpty();
        assertThat(image.policies().previous()).isEmpty();
    }

    @Test
    void whatIsNotThereDecidesNothing() {
        assertThat(refusal(new ActivatePolicy(Optional.of(FIRST)))).isEqualTo(Refusal.NOT_FOUND);
        assertThat(refusal(new RemovePolicy("packed"))).isEqualTo(Refusal.NOT_FOUND);
    }

    @Test
    void theOldestVersionThatIsNotInUseMakesRoom() {
        accept(store("packed", "0"));
        accept(new ActivatePolicy(Optional.of(FIRST)));
        for (var more = 1; more <= PolicyRules.MAX_VERSIONS; more++) {
            accept(store("packed", "text " + more));
        }

        var kept = image.policies().of("packed").stream().map(it -> it.id().version()).toList();
        assertThat(kept).hasSize(PolicyRules.MAX_VERSIONS).contains(1L).doesNotContain(2L);
    }

    @Test
    void namesAndSizesAreBounded() {
        for (var name : List.of("", "-x", "a@b", "built-in", "a".repeat(64), "a\0b")) {
            assertThat(refusal(store(name, ""))).as(name).isEqualTo(Refusal.INVALID);
        }
        assertThat(refusal(store("big", "é".repeat(PolicyRules.MAX_BYTES / 2 + 1))))
                .isEqualTo(Refusal.INVALID);
        for (var count = 0; count < PolicyRules.MAX_NAMES; count++) {
            accept(store("p" + count, ""));
        }
        assertThat(refusal(store("more", ""))).isEqualTo(Refusal.LIMIT);
    }

    private static StorePolicy store(String name, String text) {
        return new StorePolicy(name, "", text, "ann", START);
    }

    private long accept(PolicyCommand command) {
        var decision = (Decision.Accept) ClusterStateMachine.decide(image, command);
        image = ClusterStateMachine.fold(image, image.revision().next(), decision.events());
        return decision.created();
    }

    private Refusal refusal(PolicyCommand command) {
        return ((Decision.Refuse) ClusterStateMachine.decide(image, command)).refusal();
    }
}
