// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import static org.krg.state.core.sync.SyncDraft.rest;
import static org.krg.state.core.sync.SyncDraft.with;
import static org.krg.state.core.sync.SyncDraft.without;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.Caller;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject.Once;
import org.krg.state.model.SyncRequest.EnterOnce;
import org.krg.state.model.SyncRequest.LeaveOnce;
import org.krg.state.model.SyncResult;

/// What is run once: one of those who ask runs it, the others wait until it is done. A runner that
/// ends before is followed by the next.
final class OnceRules {
    private OnceRules() {}

    private static Optional<Once> find(SyncDraft draft, SyncId id) {
        return draft.find(id, Once.NOT_RUN, Once.class);
    }

    static void enter(SyncDraft draft, Caller caller, EnterOnce request) {
        var id = request.object();
        var found = find(draft, id);
        if (found.isEmpty()) {
            draft.answer(caller, SyncResult.INVALID);
            return;
        }
        var once = found.get();
        if (once.isDone()) {
            draft.answer(caller, SyncResult.DONE);
        } else if (once.runner().isEmpty()) {
            choose(draft, id, caller, List.of());
        } else if (once.runner().get().equals(caller)) {
            draft.answer(caller, SyncResult.DEADLOCK);
        } else {
            draft.put(id, new Once(false, once.runner(), with(once.waiting(), caller)));
            draft.await(caller, request, id, SyncResult.CHOSEN);
        }
    }

    private static void choose(SyncDraft draft, SyncId id, Caller caller, List<Caller> waiting) {
        draft.put(id, new Once(false, Optional.of(caller), waiting));
        draft.hold(caller, id);
        draft.answer(caller, SyncResult.CHOSEN);
    }

    static void leave(SyncDraft draft, Caller caller, LeaveOnce request) {
        var id = request.object();
        var once = find(draft, id).filter(it -> it.runner().equals(Optional.of(caller)));
        if (once.isEmpty()) {
            draft.answer(caller, SyncResult.NOT_HELD);
            return;
        }
        draft.release(caller, id);
        if (request.isDone()) {
            draft.put(id, Once.DONE);
            once.get().waiting().forEach(each -> draft.answer(each, SyncResult.DONE));
        } else {
            passOn(draft, id, once.get().waiting());
        }
        draft.answer(caller, SyncResult.DONE);
    }

    /// The runner is over.
    static void abandon(SyncDraft draft, Caller caller, SyncId id) {
        draft.release(caller, id);
        passOn(draft, id, find(draft, id).orElseThrow().waiting());
    }

    private static void passOn(SyncDraft draft, SyncId id, List<Caller> waiting) {
        if (waiting.isEmpty()) {
            draft.put(id, Once.NOT_RUN);
        } else {
            choose(draft, id, waiting.getFirst(), rest(waiting));
        }
    }

    static void stopWaiting(SyncDraft draft, Caller caller, SyncId id) {
        var once = find(draft, id).orElseThrow();
        draft.put(id, new Once(false, once.runner(), without(once.waiting(), caller)));
    }
}
