// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.state.core.sync.SyncScene.id;

import org.junit.jupiter.api.Test;
import org.krg.state.command.Reply;
import org.krg.state.command.SyncCommand.Perform;
import org.krg.state.model.Caller;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject.Once;
import org.krg.state.model.SyncRequest.EnterOnce;
import org.krg.state.model.SyncRequest.LeaveOnce;
import org.krg.state.model.SyncRequest.Lock;
import org.krg.state.model.SyncRequest.Reset;
import org.krg.state.model.SyncResult;
import org.krg.testkit.Samples;

class OnceRulesTest {
    private static final Caller ANN = SyncScene.caller(Samples.HOME, 1);
    private static final Caller BOB = SyncScene.caller(Samples.AWAY, 1);
    private static final Caller CAT = SyncScene.caller(Samples.AWAY, 2);
    private static final Caller DAN = SyncScene.caller(Samples.THIRD, 1);
    private static final SyncId ONCE = id(8);
    private static final EnterOnce ENTER = new EnterOnce(ONCE);
    private static final LeaveOnce DONE = new LeaveOnce(ONCE, true);
    private static final LeaveOnce NOT_DONE = new LeaveOnce(ONCE, false);

    private final SyncScene scene = new SyncScene();

    @Test
    void oneRunsItAndTheOthersWaitUntilItIsDone() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(BOB, ENTER)).isEmpty();
        assertThat(scene.ask(CAT, ENTER)).isEmpty();

        assertThat(scene.ask(ANN, DONE)).contains(SyncResult.DONE);

        assertThat(scene.result(BOB)).contains(SyncResult.DONE);
        assertThat(scene.result(CAT)).contains(SyncResult.DONE);
        assertThat(scene.ask(DAN, ENTER)).contains(SyncResult.DONE);
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.DONE);
        assertThat(scene.state().objects().require(ONCE)).isEqualTo(Once.DONE);
    }

    @Test
    void aRunnerThatEndsOrIsLostIsFollowedByTheNext() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(BOB, ENTER)).isEmpty();
        assertThat(scene.ask(CAT, ENTER)).isEmpty();
        assertThat(scene.ask(DAN, ENTER)).isEmpty();

        scene.end(ANN);
        assertThat(scene.result(BOB)).contains(SyncResult.CHOSEN);
        assertThat(scene.result(DAN)).isEmpty();

        scene.lose(Samples.AWAY);
        assertThat(scene.result(DAN)).contains(SyncResult.CHOSEN);

        scene.end(DAN);
        assertThat(scene.state().objects().size()).isZero();
    }

    @Test
    void aRunnerThatDoesNotGetToTheEndLetsTheNextRunIt() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(BOB, ENTER)).isEmpty();

        assertThat(scene.ask(ANN, NOT_DONE)).contains(SyncResult.DONE);

        assertThat(scene.result(BOB)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(ANN, DONE)).contains(SyncResult.NOT_HELD);
        assertThat(scene.ask(BOB, NOT_DONE)).contains(SyncResult.DONE);
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
    }

    @Test
    void theDeathOfWhoRanItChangesNothingAfterwards() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(ANN, DONE)).contains(SyncResult.DONE);

        scene.lose(Samples.HOME);

        assertThat(scene.ask(BOB, ENTER)).contains(SyncResult.DONE);
        assertThat(scene.ask(BOB, DONE)).contains(SyncResult.NOT_HELD);
    }

    @Test
    void whoIsLostHasNoMoreSay() {
        assertThat(scene.ask(BOB, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(DAN, ENTER)).isEmpty();
        scene.lose(Samples.AWAY);
        scene.register(Samples.AWAY, 2);

        assertThat(scene.take(new Perform(BOB, 2, DONE))).isInstanceOf(Reply.Refused.class);

        assertThat(scene.ask(ANN, ENTER)).isEmpty();
        assertThat(scene.result(DAN)).contains(SyncResult.CHOSEN);
    }

    @Test
    void theRunnerDoesNotWaitForItself() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.DEADLOCK);
        assertThat(scene.ask(ANN, DONE)).contains(SyncResult.DONE);
    }

    @Test
    void whoGivesUpIsNotChosen() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(BOB, ENTER)).isEmpty();
        assertThat(scene.giveUp(BOB)).contains(SyncResult.TIMED_OUT);

        scene.end(ANN);

        assertThat(scene.ask(CAT, ENTER)).contains(SyncResult.CHOSEN);
    }

    @Test
    void aRepeatedRequestDoesNotMakeItRunTwice() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.repeat(ANN, ENTER).orElseThrow().result()).isEqualTo(SyncResult.CHOSEN);
        assertThat(scene.ask(ANN, DONE)).contains(SyncResult.DONE);
        assertThat(scene.repeat(ANN, DONE).orElseThrow().result()).isEqualTo(SyncResult.DONE);
    }

    @Test
    void itCanBeRunAgainAfterAReset() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(BOB, new Reset(ONCE))).contains(SyncResult.BUSY);
        assertThat(scene.ask(ANN, DONE)).contains(SyncResult.DONE);
        assertThat(scene.ask(BOB, new Reset(ONCE))).contains(SyncResult.DONE);
        assertThat(scene.ask(BOB, ENTER)).contains(SyncResult.CHOSEN);
    }

    @Test
    void itIsNothingElse() {
        assertThat(scene.ask(ANN, ENTER)).contains(SyncResult.CHOSEN);
        assertThat(scene.ask(BOB, new Lock(ONCE, true))).contains(SyncResult.INVALID);
        assertThat(scene.ask(BOB, new Lock(id(9), true))).contains(SyncResult.DONE);
        assertThat(scene.ask(ANN, new EnterOnce(id(9)))).contains(SyncResult.INVALID);
        assertThat(scene.ask(BOB, new LeaveOnce(id(9), true))).contains(SyncResult.NOT_HELD);

        scene.destroy();

        assertThat(scene.state().objects().size()).isZero();
    }
}
