// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import static org.krg.state.core.sync.SyncDraft.with;
import static org.krg.state.core.sync.SyncDraft.without;

import java.util.List;
import org.krg.state.model.Caller;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject.Barrier;
import org.krg.state.model.SyncObject.Condition;
import org.krg.state.model.SyncRequest.Arrive;
import org.krg.state.model.SyncRequest.Await;
import org.krg.state.model.SyncRequest.Wake;
import org.krg.state.model.SyncResult;

/// Where threads wait for each other: barriers and conditions.
final class MeetingRules {
    private MeetingRules() {}

    static void arrive(SyncDraft draft, Caller caller, Arrive request) {
        var id = request.object();
        var barrier = draft.find(id, Barrier.EMPTY, Barrier.class);
        if (barrier.isEmpty() || request.count() < 1) {
            draft.answer(caller, SyncResult.INVALID);
            return;
        }
        var waiting = barrier.get().waiting();
        if (waiting.size() + 1 < request.count()) {
            draft.put(id, new Barrier(with(waiting, caller)));
            draft.await(caller, request, id, SyncResult.DONE);
        } else {
            draft.put(id, Barrier.EMPTY);
            waiting.forEach(each -> draft.answer(each, SyncResult.DONE));
            draft.answer(caller, SyncResult.LAST);
        }
    }

    static void await(SyncDraft draft, Caller caller, Await request) {
        var id = request.object();
        var condition = draft.find(id, Condition.EMPTY, Condition.class);
        if (condition.isEmpty() || id.equals(request.mutex())) {
            draft.answer(caller, SyncResult.INVALID);
        } else if (!MutexRules.holds(draft, caller, request.mutex())) {
            draft.answer(caller, SyncResult.NOT_HELD);
        } else {
            draft.put(id, new Condition(with(condition.get().waiting(), caller)));
            draft.await(caller, request, id, SyncResult.DONE);
            MutexRules.leave(draft, caller, request.mutex());
        }
    }

    static void wake(SyncDraft draft, Caller caller, Wake request) {
        var id = request.object();
        var condition = draft.find(id, Condition.EMPTY, Condition.class);
        if (condition.isEmpty()) {
            draft.answer(caller, SyncResult.INVALID);
            return;
        }
        var waiting = condition.get().waiting();
        var woken = request.all() ? waiting : waiting.stream().limit(1).toList();
        draft.put(id, new Condition(waiting.subList(woken.size(), waiting.size())));
        woken.forEach(each -> resume(draft, each, SyncResult.DONE));
        draft.answer(caller, SyncResult.DONE);
    }

    private static void resume(SyncDraft draft, Caller caller, SyncResult reason) {
        MutexRules.reenter(draft, caller, (Await) draft.waiting(caller).request(), reason);
    }

    /// Has a thread wait for its mutex only.
    static void giveUpCondition(SyncDraft draft, Caller caller, SyncId id) {
        leaveCondition(draft, caller, id);
        resume(draft, caller, SyncResult.TIMED_OUT);
    }

    static void leaveCondition(SyncDraft draft, Caller caller, SyncId id) {
        draft.put(id, new Condition(left(draft, caller, id)));
    }

    static void leaveBarrier(SyncDraft draft, Caller caller, SyncId id) {
        draft.put(id, new Barrier(left(draft, caller, id)));
    }

    private static List<Caller> left(SyncDraft draft, Caller caller, SyncId id) {
        return without(draft.state().objects().require(id).waiting(), caller);
    }
}
