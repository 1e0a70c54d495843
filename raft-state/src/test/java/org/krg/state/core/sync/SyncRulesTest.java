// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.state.core.sync.SyncScene.id;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.SyncCommand;
import org.krg.state.command.SyncCommand.GiveUp;
import org.krg.state.command.SyncCommand.Perform;
import org.krg.state.image.SyncState;
import org.krg.state.model.Caller;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject.Semaphore;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncRequest.Adjust;
import org.krg.state.model.SyncRequest.Arrive;
import org.krg.state.model.SyncRequest.Await;
import org.krg.state.model.SyncRequest.Change;
import org.krg.state.model.SyncRequest.Lock;
import org.krg.state.model.SyncRequest.MakeConsistent;
import org.krg.state.model.SyncRequest.ReadSemaphore;
import org.krg.state.model.SyncRequest.Reset;
import org.krg.state.model.SyncRequest.RwLock;
import org.krg.state.model.SyncRequest.RwUnlock;
import org.krg.state.model.SyncRequest.SetSemaphore;
import org.krg.state.model.SyncRequest.Step;
import org.krg.state.model.SyncRequest.Unlock;
import org.krg.state.model.SyncRequest.Wake;
import org.krg.state.model.SyncResult;
import org.krg.testkit.Samples;

class SyncRulesTest {
    private static final Caller ANN = SyncScene.caller(Samples.HOME, 1);
    private static final Caller BOB = SyncScene.caller(Samples.AWAY, 1);
    private static final Caller CAT = SyncScene.caller(Samples.AWAY, 2);
    private static final Caller DAN = SyncScene.caller(Samples.THIRD, 1);
    private static final SyncId MUTEX = id(8);
    private static final SyncId CONDITION = id(9);
    private static final Lock LOCK = new Lock(MUTEX, true);
    private static final Lock TRY = new Lock(MUTEX, false);
    private static final Unlock UNLOCK = new Unlock(MUTEX);
    private static final Await AWAIT = new Await(CONDITION, MUTEX);

    private final SyncScene scene = new SyncScene();

    @Test
    void aMutexGoesFromOneToTheNextInTheOrderOfArrival() {
        assertDone(ANN, LOCK);
        assertWaits(BOB, LOCK);
        assertWaits(CAT, LOCK);
        assertThat(scene.ask(DAN, TRY)).contains(SyncResult.BUSY);
        assertThat(scene.ask(DAN, UNLOCK)).contains(SyncResult.NOT_HELD);

        assertDone(ANN, UNLOCK);
        assertThat(scene.result(BOB)).contains(SyncResult.DONE);
        assertThat(scene.result(CAT)).isEmpty();

        assertDone(BOB, UNLOCK);
        assertDone(CAT, UNLOCK);
        assertThat(scene.state().objects().size()).isZero();
    }

    @Test
    void whoHoldsAMutexDoesNotWaitForItself() {
        assertDone(ANN, LOCK);
        assertThat(scene.ask(ANN, LOCK)).contains(SyncResult.DEADLOCK);
        assertThat(scene.ask(ANN, TRY)).contains(SyncResult.DEADLOCK);
    }

    @Test
    void aRepeatedRequestHasOneEffectAndTheFirstAnswer() {
        var add = new Change(id(1), Change.Kind.ADD, 5, 0);
        assertThat(scene.answer(ANN, add)).contains(new SyncAnswer(SyncResult.DONE, 0));
        assertThat(scene.repeat(ANN, add)).contains(new SyncAnswer(SyncResult.DONE, 0));
        assertThat(scene.answer(ANN, add)).contains(new SyncAnswer(SyncResult.DONE, 5));

        refused(Refusal.CONFLICT, new Perform(ANN, 1, add));
        refused(Refusal.CONFLICT, new Perform(ANN, 4, add));
        refused(Refusal.CONFLICT, new Perform(ANN, 0, add));
        refused(Refusal.CONFLICT, new Perform(BOB, 0, add));

        assertWaits(BOB, new Arrive(id(2), 2));
        assertThat(scene.repeat(BOB, new Arrive(id(2), 2))).isEmpty();
        refused(Refusal.CONFLICT, new Perform(BOB, 2, add));
    }

    @Test
    void whoGetsAMutexAfterADeathHearsOfItUntilItIsConsistent() {
        assertDone(ANN, LOCK);
        assertWaits(BOB, LOCK);
        assertWaits(CAT, LOCK);

        scene.end(ANN);
        assertThat(scene.result(BOB)).contains(SyncResult.OWNER_DIED);

        assertDone(BOB, new MakeConsistent(MUTEX));
        assertThat(scene.ask(BOB, new MakeConsistent(MUTEX))).contains(SyncResult.INVALID);
        assertDone(BOB, UNLOCK);
        assertThat(scene.result(CAT)).contains(SyncResult.DONE);
    }

    @Test
    void aMutexThatIsGivenBackInconsistentIsOfNoUseUntilItIsReset() {
        assertDone(ANN, LOCK);
        scene.end(ANN);
        assertThat(scene.ask(BOB, LOCK)).contains(SyncResult.OWNER_DIED);
        assertWaits(CAT, LOCK);
        assertThat(scene.ask(DAN, new Reset(MUTEX))).contains(SyncResult.BUSY);

        assertDone(BOB, UNLOCK);

        assertThat(scene.result(CAT)).contains(SyncResult.UNRECOVERABLE);
        assertThat(scene.ask(DAN, LOCK)).contains(SyncResult.UNRECOVERABLE);
        assertDone(DAN, new Reset(MUTEX));
        assertDone(DAN, LOCK);
    }

    @Test
    void theLossOfANodeIsTheEndOfItsThreads() {
        assertDone(BOB, LOCK);
        assertWaits(CAT, LOCK);
        assertWaits(DAN, LOCK);

        scene.lose(Samples.AWAY);

        assertThat(scene.result(DAN)).contains(SyncResult.OWNER_DIED);
        assertThat(scene.state().callers().find(CAT)).isEmpty();
        refused(Refusal.CONFLICT, new Perform(BOB, 2, UNLOCK));
        refused(Refusal.CONFLICT, new Perform(BOB, 1, LOCK));
        scene.register(Samples.AWAY, 2);
        refused(Refusal.CONFLICT, new Perform(BOB, 2, UNLOCK));
    }

    @Test
    void anotherRunOfAnAgentIsTheEndOfThoseBefore() {
        assertDone(BOB, LOCK);
        scene.register(Samples.AWAY, 2);
        assertThat(scene.ask(DAN, TRY)).contains(SyncResult.OWNER_DIED);
    }

    @Test
    void whoGivesUpWaitingDoesNotGetTheMutex() {
        assertDone(ANN, LOCK);
        assertWaits(BOB, LOCK);
        assertThat(scene.giveUp(BOB)).contains(SyncResult.TIMED_OUT);
        assertThat(scene.giveUp(ANN)).contains(SyncResult.DONE);

        assertDone(ANN, UNLOCK);
        assertDone(CAT, TRY);
        refused(Refusal.CONFLICT, new GiveUp(DAN, 1));
    }

    @Test
    void readersShareALockAndDoNotOvertakeAWriter() {
        var lock = id(3);
        var read = new RwLock(lock, false, true);
        var write = new RwLock(lock, true, true);
        assertDone(ANN, read);
        assertDone(BOB, read);
        assertThat(scene.ask(BOB, read)).contains(SyncResult.DEADLOCK);
        assertWaits(CAT, write);
        assertWaits(DAN, read);

        assertDone(ANN, new RwUnlock(lock));
        assertThat(scene.result(CAT)).isEmpty();
        assertDone(BOB, new RwUnlock(lock));
        assertThat(scene.result(CAT)).contains(SyncResult.DONE);
        assertThat(scene.result(DAN)).isEmpty();
        assertThat(scene.ask(ANN, new RwLock(lock, false, false))).contains(SyncResult.BUSY);

        assertDone(CAT, new RwUnlock(lock));
        assertThat(scene.result(DAN)).contains(SyncResult.DONE);
        assertThat(scene.ask(CAT, new RwUnlock(lock))).contains(SyncResult.NOT_HELD);
    }

    @Test
    void readersGoOnWhenTheWriterBeforeThemGivesUpOrDies() {
        var lock = id(3);
        var read = new RwLock(lock, false, true);
        assertDone(ANN, read);
        assertWaits(BOB, new RwLock(lock, true, true));
        assertWaits(DAN, read);

        assertThat(scene.giveUp(BOB)).contains(SyncResult.TIMED_OUT);

        assertThat(scene.result(DAN)).contains(SyncResult.DONE);
    }

    @Test
    void whoGetsALockAfterADeadWriterHearsOfItUntilAWriterGivesItBack() {
        var lock = id(3);
        var read = new RwLock(lock, false, true);
        var write = new RwLock(lock, true, true);
        assertDone(ANN, write);
        scene.end(ANN);

        assertThat(scene.ask(BOB, read)).contains(SyncResult.OWNER_DIED);
        assertDone(BOB, new RwUnlock(lock));
        assertThat(scene.ask(BOB, write)).contains(SyncResult.OWNER_DIED);
        assertDone(BOB, new RwUnlock(lock));
        assertDone(CAT, read);
        scene.end(CAT);
        assertDone(BOB, write);
    }

    @Test
    void semaphoresChangeAllOrNone() {
        assertDone(ANN, new SetSemaphore(id(4), 1));
        assertWaits(BOB, adjust(take(4), take(5)));
        assertThat(semaphore(4).value()).isEqualTo(1);

        assertDone(ANN, adjust(give(5)));

        assertThat(scene.result(BOB)).contains(SyncResult.DONE);
        assertThat(semaphore(4).value()).isZero();
        assertThat(semaphore(5).value()).isZero();
        assertThat(scene.ask(CAT, adjust(new Step(id(4), -1, false, false))))
                .contains(SyncResult.BUSY);
    }

    @Test
    void whoWaitsForZeroGoesOnAtZero() {
        assertDone(ANN, adjust(give(4)));
        assertWaits(BOB, adjust(new Step(id(4), 0, true, false), give(5)));
        assertWaits(CAT, adjust(take(5)));
        assertThat(scene.answer(DAN, new ReadSemaphore(id(4))).orElseThrow().value())
                .isEqualTo(1 | (1L << 32));
        assertThat(scene.answer(DAN, new ReadSemaphore(id(5))).orElseThrow().value())
                .isEqualTo(1L << 16);

        assertDone(ANN, adjust(take(4)));

        assertThat(scene.result(BOB)).contains(SyncResult.DONE);
        assertThat(scene.result(CAT)).contains(SyncResult.DONE);
    }

    @Test
    void aSmallerRequestNeedNotWaitForALargerOne() {
        assertWaits(ANN, adjust(new Step(id(4), -2, true, false)));
        assertWaits(BOB, adjust(take(4)));
        assertDone(CAT, adjust(give(4)));
        assertThat(scene.result(BOB)).contains(SyncResult.DONE);
        assertThat(scene.result(ANN)).isEmpty();
    }

    @Test
    void theEndOfAProcessUndoesWhatItSaidAndNotTheEndOfAThread() {
        assertDone(ANN, new SetSemaphore(id(4), 1));
        assertDone(ANN, adjust(new Step(id(4), -1, true, true)));
        assertWaits(BOB, adjust(new Step(id(4), -1, true, true)));

        scene.end(ANN);
        assertThat(scene.result(BOB)).isEmpty();

        scene.end(ANN.whole());
        assertThat(scene.result(BOB)).contains(SyncResult.DONE);

        scene.lose(Samples.AWAY);
        assertThat(semaphore(4).value()).isEqualTo(1);
        assertThat(scene.state().callers().size()).isZero();
    }

    @Test
    void whatAProcessOwesIsNotGivenToItsOwnThreadsThatDieWithIt() {
        var other = new Caller(ANN.member(), 1, 7);
        assertDone(ANN, new SetSemaphore(id(4), 1));
        assertDone(ANN, adjust(new Step(id(4), -1, true, true)));
        assertWaits(other, adjust(take(4)));

        scene.end(ANN.whole());

        assertThat(semaphore(4).value()).isEqualTo(1);
    }

    @Test
    void settingASemaphoreForgetsWhatWouldBeUndone() {
        assertDone(ANN, adjust(new Step(id(4), 3, true, true)));
        assertDone(BOB, new SetSemaphore(id(4), 7));
        scene.end(ANN.whole());
        assertThat(semaphore(4).value()).isEqualTo(7);
        assertThat(scene.ask(BOB, new SetSemaphore(id(4), Semaphore.MOST + 1)))
                .contains(SyncResult.RANGE);
        assertThat(scene.ask(BOB, adjust(new Step(id(4), Semaphore.MOST, true, false))))
                .contains(SyncResult.RANGE);
    }

    @Test
    void aBarrierOpensForTheLastOneToArrive() {
        var barrier = new Arrive(id(6), 3);
        assertWaits(ANN, barrier);
        assertWaits(BOB, barrier);
        assertThat(scene.ask(CAT, barrier)).contains(SyncResult.LAST);
        assertThat(scene.result(ANN)).contains(SyncResult.DONE);
        assertThat(scene.result(BOB)).contains(SyncResult.DONE);
        assertWaits(ANN, barrier);
        assertThat(scene.ask(BOB, new Arrive(id(7), 0))).contains(SyncResult.INVALID);
    }

    @Test
    void aConditionIsAwaitedWithoutTheMutexAndLeftWithIt() {
        assertDone(ANN, LOCK);
        assertWaits(ANN, AWAIT);
        assertDone(BOB, LOCK);
        assertDone(BOB, new Wake(CONDITION, false));
        assertThat(scene.result(ANN)).isEmpty();

        assertDone(BOB, UNLOCK);

        assertThat(scene.result(ANN)).contains(SyncResult.DONE);
        assertDone(ANN, UNLOCK);
        assertThat(scene.ask(CAT, AWAIT)).contains(SyncResult.NOT_HELD);
    }

    @Test
    void whoGivesUpAConditionStillGetsTheMutex() {
        assertDone(ANN, LOCK);
        assertWaits(ANN, AWAIT);
        assertDone(BOB, LOCK);

        assertThat(scene.giveUp(ANN)).isEmpty();
        assertThat(scene.giveUp(ANN)).isEmpty();
        assertDone(BOB, UNLOCK);

        assertThat(scene.result(ANN)).contains(SyncResult.TIMED_OUT);
        assertDone(ANN, UNLOCK);
    }

    @Test
    void allWhoWaitForAConditionGetTheMutexOneAfterTheOther() {
        for (var caller : List.of(ANN, BOB)) {
            assertDone(caller, LOCK);
            assertWaits(caller, AWAIT);
        }
        assertDone(CAT, new Wake(CONDITION, true));
        assertThat(scene.result(ANN)).contains(SyncResult.DONE);
        assertThat(scene.result(BOB)).isEmpty();
        scene.end(ANN);
        assertThat(scene.result(BOB)).contains(SyncResult.OWNER_DIED);
    }

    @Test
    void theEndOfASegmentIsTheEndOfItsObjects() {
        assertDone(ANN, LOCK);
        assertWaits(BOB, LOCK);
        assertDone(CAT, adjust(new Step(id(4), 1, true, true)));

        scene.destroy();

        assertThat(scene.result(BOB)).contains(SyncResult.REMOVED);
        assertThat(scene.state().objects().size()).isZero();
        refused(Refusal.NOT_FOUND, new Perform(ANN, 2, UNLOCK));
        for (var caller : List.of(ANN, BOB, CAT.whole())) {
            scene.end(caller);
        }
        assertThat(scene.state()).isEqualTo(SyncState.EMPTY);
    }

    @Test
    void anObjectIsOneThingAtATime() {
        assertDone(ANN, LOCK);
        for (var request :
                List.of(
                        new Change(MUTEX, Change.Kind.LOAD, 0, 0),
                        new RwLock(MUTEX, true, true),
                        new Arrive(MUTEX, 2),
                        new Wake(MUTEX, true),
                        new SetSemaphore(MUTEX, 1),
                        new ReadSemaphore(MUTEX),
                        new Await(MUTEX, MUTEX),
                        adjust(take(8)))) {
            assertThat(scene.ask(BOB, request)).as("%s", request).contains(SyncResult.INVALID);
        }
    }

    @Test
    void aWordIsChangedAsAsked() {
        var word = id(1);
        assertThat(value(new Change(word, Change.Kind.EXCHANGE, 7, 0))).isZero();
        assertThat(value(new Change(word, Change.Kind.COMPARE_AND_SWAP, 9, 8))).isEqualTo(7);
        assertThat(value(new Change(word, Change.Kind.COMPARE_AND_SWAP, 9, 7))).isEqualTo(7);
        assertThat(value(new Change(word, Change.Kind.ADD, -9, 0))).isEqualTo(9);
        assertThat(value(new Change(word, Change.Kind.LOAD, 3, 0))).isZero();
        assertThat(scene.state().objects().size()).isZero();
    }

    @Test
    void whereThereAreAsManyObjectsAsThereMayBeThoseThereAreGoOn() {
        assertDone(ANN, LOCK);
        assertDone(ANN, new SetSemaphore(id(2), 5));
        assertWaits(BOB, LOCK);
        scene.fill(SyncRules.MAX_OBJECTS - 2);

        refused(Refusal.LIMIT, new Perform(ANN, 3, new Lock(id(3), true)));
        refused(Refusal.LIMIT, new Perform(ANN, 3, adjust(give(2), give(3))));
        refused(Refusal.LIMIT, new Perform(ANN, 3, new Change(id(3), Change.Kind.ADD, 1, 0)));
        assertThat(scene.repeat(ANN, new SetSemaphore(id(2), 5)))
                .contains(new SyncAnswer(SyncResult.DONE, 0));
        assertDone(ANN, adjust(take(2)));
        assertDone(ANN, new Wake(CONDITION, true));
        assertThat(value(new Change(id(3), Change.Kind.LOAD, 0, 0))).isZero();
        assertDone(ANN, UNLOCK);
        assertThat(scene.result(BOB)).contains(SyncResult.DONE);
        assertDone(BOB, UNLOCK);
        assertDone(ANN, new Lock(id(3), true));
        assertDone(ANN, new Reset(id(SyncScene.FILLED)));
    }

    @Test
    void aSegmentThatIsNotThereHasNoObjects() {
        var elsewhere = new SyncId(new SegmentId(77), 1);
        refused(Refusal.NOT_FOUND, new Perform(ANN, 1, new Lock(elsewhere, true)));
    }

    private long value(Change change) {
        return scene.answer(ANN, change).orElseThrow().value();
    }

    private Semaphore semaphore(long number) {
        return (Semaphore) scene.state().objects().find(id(number)).orElse(Semaphore.ZERO);
    }

    private static Adjust adjust(Step... steps) {
        return new Adjust(List.of(steps));
    }

    private static Step take(long number) {
        return new Step(id(number), -1, true, false);
    }

    private static Step give(long number) {
        return new Step(id(number), 1, true, false);
    }

    private void assertDone(Caller caller, SyncRequest request) {
        assertThat(scene.ask(caller, request)).contains(SyncResult.DONE);
    }

    private void assertWaits(Caller caller, SyncRequest request) {
        assertThat(scene.ask(caller, request)).isEmpty();
    }

    private void refused(Refusal why, SyncCommand command) {
        assertThat(scene.take(command))
                .isInstanceOfSatisfying(
                        Reply.Refused.class, it -> assertThat(it.refusal()).isEqualTo(why));
    }
}
