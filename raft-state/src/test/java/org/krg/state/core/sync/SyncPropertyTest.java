// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.state.core.sync.SyncScene.id;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.krg.state.image.SyncState;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;
import org.krg.state.model.SyncObject.Mutex;
import org.krg.state.model.SyncObject.Once;
import org.krg.state.model.SyncObject.RwLock;
import org.krg.state.model.SyncObject.Semaphore;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncRequest.Adjust;
import org.krg.state.model.SyncRequest.EnterOnce;
import org.krg.state.model.SyncRequest.LeaveOnce;
import org.krg.state.model.SyncRequest.Step;
import org.krg.state.model.SyncResult;
import org.krg.testkit.Samples;
import org.krg.testkit.Seeds;

/// Threads on three nodes ask for whatever they like, give up, end and are lost with their nodes.
class SyncPropertyTest {
    private static final List<NodeId> NODES = List.of(Samples.HOME, Samples.AWAY, Samples.THIRD);
    private static final int STEPS = 400;
    private static final SyncResult DONE = SyncResult.DONE;

    private static final class Play {
        private final RandomGenerator random;
        private final SyncScene scene = new SyncScene();
        private final long[] runs = {1, 1, 1};
        private long lastThread;
        private final List<Caller> living = new ArrayList<>();

        Play(RandomGenerator random) {
            this.random = random;
        }

        void step() {
            switch (random.nextInt(40)) {
                case 0 -> lose(random.nextInt(3));
                case 1 -> end();
                case 2, 3, 4, 5 -> giveUp();
                default -> ask();
            }
        }

        private void lose(int node) {
            scene.lose(NODES.get(node));
            runs[node]++;
            scene.register(NODES.get(node), runs[node]);
            living.removeIf(caller -> caller.member().node().equals(NODES.get(node)));
        }

        private void end() {
            if (!living.isEmpty()) {
                var caller = pick(living);
                var ended = random.nextBoolean() ? caller : caller.whole();
                scene.end(ended);
                living.removeIf(
                        it -> ended.isWhole() ? it.whole().equals(ended) : it.equals(ended));
            }
        }

        private void giveUp() {
            var waiting = living.stream().filter(it -> scene.result(it).isEmpty()).toList();
            if (!waiting.isEmpty()) {
                var _ = scene.giveUp(pick(waiting));
            }
        }

        private void ask() {
            if (living.size() < 9) {
                var node = random.nextInt(3);
                var member = new Member(NODES.get(node), runs[node]);
                living.add(new Caller(member, 1 + random.nextInt(2), ++lastThread));
                ask(living.getLast());
                return;
            }
            var free = living.stream().filter(it -> scene.result(it).isPresent()).toList();
            if (!free.isEmpty()) {
                ask(pick(free));
            }
        }

        /// What was run once is so until it is reset, and nobody is chosen to run it before that.
        private void ask(Caller caller) {
            var request = request(caller);
            var wasDone = isOnceDone();
            var result = scene.ask(caller, request);
            switch (request) {
                case EnterOnce _ ->
                        assertThat(result.filter(DONE::equals).isPresent()).isEqualTo(wasDone);
                case LeaveOnce(_, var isDone) when result.filter(DONE::equals).isPresent() -> {
                    assertThat(wasDone).isFalse();
                    assertThat(isOnceDone()).isEqualTo(isDone);
                }
                case SyncRequest.Reset _ -> {}
                default -> assertThat(isOnceDone()).isEqualTo(wasDone);
            }
        }

        private boolean isOnceDone() {
            return scene.state().objects().find(id(7)).filter(Once.DONE::equals).isPresent();
        }

        /// Mostly what makes sense: who holds something gives it back about as often as not.
        private SyncRequest request(Caller caller) {
            var held = scene.state().callers().find(caller).map(it -> it.held()).orElse(List.of());
            if (!held.isEmpty() && random.nextBoolean()) {
                var one = pick(held);
                return switch (scene.state().objects().require(one)) {
                    case Mutex _ -> unlock(one);
                    case Once _ -> new LeaveOnce(one, random.nextInt(3) == 0);
                    default -> new SyncRequest.RwUnlock(one);
                };
            }
            var waits = random.nextInt(4) > 0;
            return switch (random.nextInt(12)) {
                case 0, 1 -> new SyncRequest.Lock(id(1), waits);
                case 2, 3 -> new SyncRequest.RwLock(id(2), random.nextBoolean(), waits);
                case 4, 5 -> adjust(waits);
                case 6 -> new SyncRequest.Arrive(id(5), 2 + random.nextInt(3));
                case 7 -> new SyncRequest.Wake(id(6), random.nextBoolean());
                case 8 -> new SyncRequest.Reset(id(1 + random.nextInt(7)));
                case 9, 10 -> new EnterOnce(id(7));
                default -> new SyncRequest.SetSemaphore(id(3), random.nextInt(3));
            };
        }

        private SyncRequest unlock(SyncId mutex) {
            return switch (random.nextInt(4)) {
                case 0 -> new SyncRequest.Await(id(6), mutex);
                case 1 -> new SyncRequest.MakeConsistent(mutex);
                default -> new SyncRequest.Unlock(mutex);
            };
        }

        private Adjust adjust(boolean waits) {
            var steps = new ArrayList<Step>();
            for (var left = 1 + random.nextInt(3); left > 0; left--) {
                var semaphore = id(3 + random.nextInt(2));
                steps.add(new Step(semaphore, random.nextInt(5) - 2, waits, random.nextBoolean()));
            }
            return new Adjust(steps);
        }

        private <T> T pick(List<T> list) {
            return list.get(random.nextInt(list.size()));
        }
    }

    @Test
    void whateverThreadsDoNobodyIsForgottenAndNobodyHasWhatAnotherHolds() {
        Seeds.run(
                300,
                random -> {
                    var play = new Play(random);
                    for (var step = 0; step < STEPS; step++) {
                        play.step();
                        check(play.scene.state());
                    }
                    List.copyOf(play.living).forEach(it -> play.scene.end(it.whole()));
                    for (var node : NODES) {
                        play.scene.lose(node);
                    }
                    assertThat(play.scene.state().callers().size()).isZero();
                });
    }

    private static void check(SyncState state) {
        state.objects().stream().forEach(entry -> check(state, entry.key(), entry.value()));
        state.callers().stream()
                .forEach(entry -> {
                    for (var held : entry.value().held()) {
                        assertThat(holders(state.objects().require(held))).contains(entry.key());
                    }
                    if (entry.value().progress() instanceof Progress.Waiting waiting) {
                        var at = state.objects().require(waiting.at());
                        assertThat(at.waiting()).containsOnlyOnce(entry.key());
                    }
                });
    }

    private static void check(SyncState state, SyncId id, SyncObject object) {
        assertThat(object.isUnused()).isFalse();
        for (var caller : object.waiting()) {
            var waiting = (Progress.Waiting) state.callers().require(caller).progress();
            assertThat(waiting.at()).isEqualTo(id);
        }
        for (var holder : holders(object)) {
            assertThat(state.callers().require(holder).held()).containsOnlyOnce(id);
        }
        if (!object.waiting().isEmpty()) {
            assertThat(isInTheWay(state, object)).as("%s %s", id, object).isTrue();
        }
    }

    private static List<Caller> holders(SyncObject object) {
        return switch (object) {
            case Mutex mutex -> mutex.holder().map(List::of).orElse(List.of());
            case RwLock lock -> {
                assertThat(lock.writer().isPresent() && !lock.readers().isEmpty()).isFalse();
                yield lock.writer().map(List::of).orElse(lock.readers());
            }
            case Semaphore semaphore -> semaphore.undo().stream().map(it -> it.process()).toList();
            case Once once -> once.runner().map(List::of).orElse(List.of());
            case SyncObject.Word _, SyncObject.Barrier _, SyncObject.Condition _ -> List.of();
        };
    }

    /// Nobody waits for what could be theirs.
    private static boolean isInTheWay(SyncState state, SyncObject object) {
        var first = state.callers().require(object.waiting().getFirst()).progress();
        var request = ((Progress.Waiting) first).request();
        return switch (object) {
            case Mutex mutex -> mutex.holder().isPresent();
            case Once once -> once.runner().isPresent();
            case RwLock lock ->
                    lock.writer().isPresent()
                            || (((SyncRequest.RwLock) request).writes()
                                    && !lock.readers().isEmpty());
            case Semaphore semaphore ->
                    semaphore.waiting().stream().allMatch(it -> isBlocked(state, it));
            case SyncObject.Barrier _, SyncObject.Condition _ -> true;
            case SyncObject.Word _ -> false;
        };
    }

    /// A request is tried step by step, and there is one that cannot be done.
    private static boolean isBlocked(SyncState state, Caller caller) {
        var waiting = (Progress.Waiting) state.callers().require(caller).progress();
        var values = new TreeMap<SyncId, Integer>();
        for (var step : ((Adjust) waiting.request()).steps()) {
            var known = Optional.ofNullable(values.get(step.semaphore()));
            int now = known.orElseGet(() -> value(state, step.semaphore()));
            if (now + step.amount() < 0 || (step.amount() == 0 && now != 0)) {
                return true;
            }
            values.put(step.semaphore(), now + step.amount());
        }
        return false;
    }

    private static int value(SyncState state, SyncId id) {
        return ((Semaphore) state.objects().find(id).orElse(Semaphore.ZERO)).value();
    }
}
