// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.SyncCommand;
import org.krg.state.command.SyncCommand.End;
import org.krg.state.command.SyncCommand.GiveUp;
import org.krg.state.command.SyncCommand.Perform;
import org.krg.state.event.Event;
import org.krg.state.event.NodeEvent;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.SyncState;
import org.krg.state.image.Table;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;
import org.krg.state.model.SyncObject.Barrier;
import org.krg.state.model.SyncObject.Condition;
import org.krg.state.model.SyncObject.Mutex;
import org.krg.state.model.SyncObject.Once;
import org.krg.state.model.SyncObject.RwLock;
import org.krg.state.model.SyncObject.Semaphore;
import org.krg.state.model.SyncObject.Word;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncRequest.Await;
import org.krg.state.model.SyncRequest.Change;
import org.krg.state.model.SyncResult;

/// Takes what threads ask, and what becomes of nodes and segments.
public final class SyncRules {
    /// Objects at once that are not all zeros: they are in the memory of every node.
    static final int MAX_OBJECTS = 200_000;

    /// Threads at once, on all nodes.
    static final int MAX_CALLERS = 100_000;

    private SyncRules() {}

    /// Takes a request.
    ///
    /// @param image nodes and segments; its synchronisation is `draft`'s
    /// @return its reply
    public static Reply decide(SyncDraft draft, ClusterImage image, SyncCommand command) {
        return switch (command) {
            case Perform perform ->
                    problem(draft, image, perform)
                            .orElseGet(() -> {
                                perform(draft, perform);
                                return progress(draft, image, perform.caller());
                            });
            case GiveUp(var caller, var sequence) -> {
                if (draft.caller(caller).sequence() != sequence) {
                    yield refused(
                            image, Refusal.CONFLICT, "there is no request " + sequence + " of it");
                }
                giveUp(draft, caller);
                yield progress(draft, image, caller);
            }
            case End(var caller) -> {
                end(draft, caller.isWhole() ? threads(draft, caller) : List.of(caller));
                yield new Reply.Accepted(image.revision(), 0);
            }
        };
    }

    private static Reply progress(SyncDraft draft, ClusterImage image, Caller caller) {
        return new Reply.Synchronised(image.revision(), answer(draft.state().callers(), caller));
    }

    /// {@return the answer to a caller's last request; empty while it waits}
    private static Optional<SyncAnswer> answer(Table<Caller, CallerState> callers, Caller caller) {
        return switch (callers.require(caller).progress()) {
            case Progress.Answered(var answer) -> Optional.of(answer);
            case Progress.Waiting _ -> Optional.empty();
        };
    }

    private static Optional<Reply> problem(SyncDraft draft, ClusterImage image, Perform perform) {
        var caller = perform.caller();
        var segment = perform.request().object().segment();
        if (isGone(image, caller.member())) {
            return refuse(
                    image,
                    Refusal.CONFLICT,
                    "%s was declared lost, or has registered again".formatted(caller.member()));
        }
        if (image.segments().known().find(segment).isEmpty()) {
            return refuse(image, Refusal.NOT_FOUND, "there is no segment " + segment);
        }
        var known = draft.caller(caller);
        var waits = known.progress() instanceof Progress.Waiting;
        var isNext = perform.sequence() == known.sequence() + 1 && !waits;
        var isRepeated = perform.sequence() == known.sequence() && known.sequence() > 0;
        if (!isNext && !isRepeated) {
            return refuse(
                    image,
                    Refusal.CONFLICT,
                    "request %s of %s comes after request %s"
                            .formatted(perform.sequence(), caller, known.sequence()));
        }
        var state = draft.state();
        var isTooMuch =
                (state.objects().size() >= MAX_OBJECTS && makesAny(state, perform.request()))
                        || (state.callers().size() >= MAX_CALLERS && known.sequence() == 0);
        if (isNext && isTooMuch) {
            return refuse(
                    image,
                    Refusal.LIMIT,
                    "there are %s objects in use and %s threads; end some, or destroy segments"
                            .formatted(state.objects().size(), state.callers().size()));
        }
        return Optional.empty();
    }

    /// {@return whether an object is in use afterwards that was not} Who waits for a condition gets
    /// a mutex back that may be free meanwhile: so there can be as many more as there are threads.
    private static boolean makesAny(SyncState state, SyncRequest request) {
        return used(request).anyMatch(id -> state.objects().find(id).isEmpty());
    }

    /// {@return the objects that it uses, and does not only read or give back}
    private static Stream<SyncId> used(SyncRequest request) {
        return switch (request) {
            case SyncRequest.Lock _,
                    SyncRequest.RwLock _,
                    SyncRequest.Arrive _,
                    Await _,
                    SyncRequest.EnterOnce _,
                    SyncRequest.SetSemaphore _ ->
                    Stream.of(request.object());
            case SyncRequest.Adjust(var steps) -> steps.stream().map(SyncRequest.Step::semaphore);
            case Change change when change.kind() != Change.Kind.LOAD -> Stream.of(change.object());
            case SyncRequest.Reset _,
                    SyncRequest.Unlock _,
                    SyncRequest.MakeConsistent _,
                    SyncRequest.RwUnlock _,
                    SyncRequest.Wake _,
                    SyncRequest.LeaveOnce _,
                    SyncRequest.ReadSemaphore _,
                    Change _ ->
                    Stream.empty();
        };
    }

    private static Optional<Reply> refuse(ClusterImage image, Refusal why, String detail) {
        return Optional.of(refused(image, why, detail));
    }

    private static Reply refused(ClusterImage image, Refusal why, String detail) {
        return new Reply.Refused(image.revision(), why, detail);
    }

    private static void perform(SyncDraft draft, Perform perform) {
        var caller = perform.caller();
        if (draft.caller(caller).sequence() == perform.sequence()) {
            return;
        }
        draft.begin(caller, perform.sequence());
        switch (perform.request()) {
            case SyncRequest.Reset(var id) -> reset(draft, caller, id);
            case SyncRequest.Lock lock -> MutexRules.lock(draft, caller, lock);
            case SyncRequest.Unlock(var id) -> MutexRules.unlock(draft, caller, id);
            case SyncRequest.MakeConsistent(var id) -> MutexRules.makeConsistent(draft, caller, id);
            case SyncRequest.RwLock lock -> RwLockRules.lock(draft, caller, lock);
            case SyncRequest.RwUnlock(var id) -> RwLockRules.unlock(draft, caller, id);
            case SyncRequest.Arrive arrive -> MeetingRules.arrive(draft, caller, arrive);
            case SyncRequest.Await await -> MeetingRules.await(draft, caller, await);
            case SyncRequest.Wake wake -> MeetingRules.wake(draft, caller, wake);
            case SyncRequest.EnterOnce enter -> OnceRules.enter(draft, caller, enter);
            case SyncRequest.LeaveOnce leave -> OnceRules.leave(draft, caller, leave);
            case SyncRequest.Adjust adjust -> SemaphoreRules.adjust(draft, caller, adjust);
            case SyncRequest.SetSemaphore(var id, var value) ->
                    SemaphoreRules.set(draft, caller, id, value);
            case SyncRequest.ReadSemaphore(var id) -> SemaphoreRules.read(draft, caller, id);
            case Change change -> change(draft, caller, change);
        }
    }

    private static void change(SyncDraft draft, Caller caller, Change change) {
        var word = draft.find(change.object(), Word.ZERO, Word.class);
        if (word.isEmpty()) {
            draft.answer(caller, SyncResult.INVALID);
            return;
        }
        var before = word.get().value();
        var after =
                switch (change.kind()) {
                    case LOAD -> before;
                    case ADD -> before + change.operand();
                    case EXCHANGE -> change.operand();
                    case COMPARE_AND_SWAP ->
                            before == change.expected() ? change.operand() : before;
                };
        if (after != before) {
            draft.put(change.object(), new Word(after));
        }
        draft.answer(caller, new SyncAnswer(SyncResult.DONE, before));
    }

    private static void reset(SyncDraft draft, Caller caller, SyncId id) {
        var found = draft.state().objects().find(id);
        if (found.map(SyncRules::isInUse).orElse(false)) {
            draft.answer(caller, SyncResult.BUSY);
            return;
        }
        if (found.isPresent() && found.get() instanceof Semaphore semaphore) {
            semaphore.undo().forEach(undo -> draft.release(undo.process(), id));
        }
        draft.put(id, Word.ZERO);
        draft.answer(caller, SyncResult.DONE);
    }

    private static boolean isInUse(SyncObject object) {
        var isHeld =
                switch (object) {
                    case Mutex mutex -> mutex.holder().isPresent();
                    case RwLock lock -> lock.writer().isPresent() || !lock.readers().isEmpty();
                    case Once once -> once.runner().isPresent();
                    case Semaphore _, Word _, Barrier _, Condition _ -> false;
                };
        return isHeld || !object.waiting().isEmpty();
    }

    private static void giveUp(SyncDraft draft, Caller caller) {
        if (!(draft.caller(caller).progress() instanceof Progress.Waiting waiting)) {
            return;
        }
        var at = waiting.at();
        if (waiting.request() instanceof Await await) {
            // Who waited for a condition has the mutex when the call returns.
            if (!await.mutex().equals(at)) {
                MeetingRules.giveUpCondition(draft, caller, at);
            }
        } else {
            stopWaiting(draft, caller, at);
            draft.answer(caller, SyncResult.TIMED_OUT);
        }
    }

    private static void stopWaiting(SyncDraft draft, Caller caller, SyncId at) {
        switch (draft.state().objects().require(at)) {
            case Mutex _ -> MutexRules.stopWaiting(draft, caller, at);
            case RwLock _ -> RwLockRules.stopWaiting(draft, caller, at);
            case Semaphore _ -> SemaphoreRules.stopWaiting(draft, caller, at);
            case Barrier _ -> MeetingRules.leaveBarrier(draft, caller, at);
            case Condition _ -> MeetingRules.leaveCondition(draft, caller, at);
            case Once _ -> OnceRules.stopWaiting(draft, caller, at);
            case Word _ -> {}
        }
    }

    /// {@return a process and its threads}
    private static List<Caller> threads(SyncDraft draft, Caller process) {
        return draft.state()
                .callers()
                .from(process)
                .map(Table.Entry::key)
                .takeWhile(caller -> caller.whole().equals(process))
                .toList();
    }

    /// Ends callers together: what one of them held must not go to another.
    private static void end(SyncDraft draft, List<Caller> callers) {
        for (var caller : callers) {
            if (draft.caller(caller).progress() instanceof Progress.Waiting waiting) {
                stopWaiting(draft, caller, waiting.at());
                draft.answer(caller, SyncResult.REMOVED);
            }
        }
        for (var caller : callers) {
            draft.caller(caller).held().forEach(id -> abandon(draft, caller, id));
            draft.forget(caller);
        }
    }

    private static void abandon(SyncDraft draft, Caller caller, SyncId id) {
        switch (draft.state().objects().require(id)) {
            case Mutex _ -> MutexRules.abandon(draft, caller, id);
            case RwLock _ -> RwLockRules.abandon(draft, caller, id);
            case Semaphore _ -> SemaphoreRules.undo(draft, caller, id);
            case Once _ -> OnceRules.abandon(draft, caller, id);
            case Word _, Barrier _, Condition _ -> {}
        }
    }

    /// Takes what was decided about nodes and segments: the threads of a run that is over are over,
    /// and the objects of a segment go with it.
    ///
    /// @param image after the events
    public static void follow(SyncDraft draft, ClusterImage image, List<Event> events) {
        for (var event : events) {
            if (event instanceof NodeEvent node) {
                endGone(draft, image, node.node().id());
            } else if (event instanceof SegmentEvent.Destroyed(var segment, _)) {
                remove(draft, segment.id());
            } else if (event instanceof SegmentEvent.Returned(var segment, var objects, _)) {
                objects.forEach(saved ->
                        draft.put(new SyncId(segment.id(), saved.number()), saved.object()));
            }
        }
    }

    private static void endGone(SyncDraft draft, ClusterImage image, NodeId node) {
        var callers = draft.state().callers();
        var gone =
                callers.from(new Caller(new Member(node, 0), 0, 0))
                        .map(Table.Entry::key)
                        .takeWhile(caller -> caller.member().node().equals(node))
                        .filter(caller -> isGone(image, caller.member()))
                        .toList();
        end(draft, gone);
    }

    private static boolean isGone(ClusterImage image, Member member) {
        return image.nodes().find(member.node()).map(member::isGone).orElse(true);
    }

    private static void remove(SyncDraft draft, SegmentId segment) {
        var objects =
                draft.state()
                        .objects()
                        .from(new SyncId(segment, 0))
                        .takeWhile(entry -> entry.key().segment().equals(segment))
                        .toList();
        for (var entry : objects) {
            entry.value().waiting().forEach(each -> draft.answer(each, SyncResult.REMOVED));
            holders(entry.value()).forEach(each -> draft.release(each, entry.key()));
            draft.put(entry.key(), Word.ZERO);
        }
    }

    private static List<Caller> holders(SyncObject object) {
        return switch (object) {
            case Mutex mutex -> mutex.holder().map(List::of).orElse(List.of());
            case RwLock lock -> lock.writer().map(List::of).orElse(lock.readers());
            case Semaphore semaphore ->
                    semaphore.undo().stream().map(undo -> undo.process()).toList();
            case Once once -> once.runner().map(List::of).orElse(List.of());
            case Word _, Barrier _, Condition _ -> List.of();
        };
    }
}
