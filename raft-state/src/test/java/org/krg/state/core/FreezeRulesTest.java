// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.HOME;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.krg.state.command.MigrationCommand.StartMigration;
import org.krg.state.command.ProcessCommand.ReportExit;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.command.ProcessCommand.SetFrozen;
import org.krg.state.command.Refusal;
import org.krg.state.model.Migration;
import org.krg.state.model.Outcome;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Usage;
import org.krg.testkit.Samples;

class FreezeRulesTest {
    private final Scene scene = Scene.withThreeNodes();
    private final ProcessId process = scene.running("heat", Samples.spec(), HOME);

    @Test
    void aProcessStandsStillUntilItIsToGoOn() {
        scene.accept(new SetFrozen(process, true));
        assertThat(scene.process(process).frozen()).isTrue();
        assertThat(scene.process(process).phase()).isInstanceOf(Phase.Running.class);

        scene.accept(new SetFrozen(process, false));
        assertThat(scene.process(process).frozen()).isFalse();
    }

    @Test
    void itStandsStillAlsoWhereItComesBackAfterItsNodeWasLost() {
        scene.commit(process, 1, HOME, AWAY);
        scene.accept(new SetFrozen(process, true));

        scene.lose(HOME);

        assertThat(scene.process(process).phase()).isInstanceOf(Phase.Waiting.class);
        assertThat(scene.process(process).frozen()).isTrue();
    }

    @Test
    void aRestoreSaysWhetherItStandsStillAfterwards() {
        scene.commit(process, 1, HOME, AWAY);

        scene.accept(new RestoreFrom(process, 1, scene.now(), true));
        assertThat(scene.process(process).frozen()).isTrue();

        scene.accept(new RestoreFrom(process, 1, scene.now()));
        assertThat(scene.process(process).frozen()).isFalse();
    }

    @Test
    void whatStandsStillIsNotMovedAndWhatIsMovedDoesNotStandStill() {
        scene.accept(new SetFrozen(process, true));
        assertThat(scene.refuse(Refusal.CONFLICT, move())).contains("unfreeze");

        scene.accept(new SetFrozen(process, false));
        scene.accept(move());
        assertThat(scene.refuse(Refusal.CONFLICT, new SetFrozen(process, true)))
                .contains("being moved");
    }

    @Test
    void whatIsOverDoesNotStandStill() {
        scene.accept(
                new ReportExit(
                        process,
                        scene.process(process).epoch(),
                        HOME,
                        new Outcome.Exited(0, Usage.UNKNOWN),
                        scene.now()));

        assertThat(scene.refuse(Refusal.CONFLICT, new SetFrozen(process, true))).contains("over");
    }

    @Test
    void theOthersStandStillAlsoWhereOneRankIsOver() {
        var first = scene.submit("ring", Samples.spec().withRanks(2));
        var ranks = scene.image().processesOf(scene.process(first).job());
        for (var rank : ranks) {
            scene.place(rank.id(), HOME);
            scene.start(rank.id());
        }
        scene.exit(first, 0);

        scene.accept(new SetFrozen(first, true));

        assertThat(scene.process(first).frozen()).isFalse();
        assertThat(scene.process(ranks.getLast().id()).frozen()).isTrue();
    }

    @Test
    void nobodyIsNotFound() {
        scene.refuse(Refusal.NOT_FOUND, new SetFrozen(new ProcessId(900), true));
    }

    private StartMigration move() {
        return new StartMigration(
                process,
                scene.process(process).epoch(),
                AWAY,
                Migration.Mode.WARM,
                Duration.ofMinutes(1),
                scene.now(),
                "asked");
    }
}
