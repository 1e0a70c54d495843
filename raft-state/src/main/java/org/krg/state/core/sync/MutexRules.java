// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import static org.krg.state.core.sync.SyncDraft.rest;
import static org.krg.state.core.sync.SyncDraft.with;
import static org.krg.state.core.sync.SyncDraft.without;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.Caller;
import org.krg.state.model.Health;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject.Mutex;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncRequest.Await;
import org.krg.state.model.SyncRequest.Lock;
import org.krg.state.model.SyncResult;

/// Mutexes, as POSIX has the robust ones that check for errors.
final class MutexRules {
    private MutexRules() {}

    private static Optional<Mutex> find(SyncDraft draft, SyncId id) {
        return draft.find(id, Mutex.FREE, Mutex.class);
    }

    static boolean holds(SyncDraft draft, Caller caller, SyncId id) {
        return find(draft, id).flatMap(Mutex::holder).filter(caller::equals).isPresent();
    }

    static void lock(SyncDraft draft, Caller caller, Lock request) {
        if (holds(draft, caller, request.object())) {
            draft.answer(caller, SyncResult.DEADLOCK);
        } else {
            enter(draft, caller, request, request.object(), request.waits(), SyncResult.DONE);
        }
    }

    /// Gives the mutex back to who waited for a condition.
    static void reenter(SyncDraft draft, Caller caller, Await request, SyncResult reason) {
        enter(draft, caller, request, request.mutex(), true, reason);
    }

    private static void enter(
            SyncDraft draft,
            Caller caller,
            SyncRequest request,
            SyncId id,
            boolean waits,
            SyncResult reason) {
        var found = find(draft, id);
        if (found.isEmpty()) {
            draft.answer(caller, SyncResult.INVALID);
            return;
        }
        var mutex = found.get();
        if (mutex.health() == Health.BROKEN) {
            draft.answer(caller, SyncResult.UNRECOVERABLE);
        } else if (mutex.holder().isEmpty()) {
            give(draft, id, mutex, caller, reason);
        } else if (waits) {
            draft.put(id, new Mutex(mutex.holder(), mutex.health(), with(mutex.waiting(), caller)));
            draft.await(caller, request, id, reason);
        } else {
            draft.answer(caller, SyncResult.BUSY);
        }
    }

    private static void give(
            SyncDraft draft, SyncId id, Mutex mutex, Caller caller, SyncResult reason) {
        draft.put(id, new Mutex(Optional.of(caller), mutex.health(), mutex.waiting()));
        draft.hold(caller, id);
        draft.answer(
                caller, mutex.health() == Health.INCONSISTENT ? SyncResult.OWNER_DIED : reason);
    }

    static void unlock(SyncDraft draft, Caller caller, SyncId id) {
        if (holds(draft, caller, id)) {
            leave(draft, caller, id);
            draft.answer(caller, SyncResult.DONE);
        } else {
            draft.answer(caller, SyncResult.NOT_HELD);
        }
    }

    /// The holder leaves it: as it found it, so a mutex that was not made consistent breaks.
    static void leave(SyncDraft draft, Caller caller, SyncId id) {
        var mutex = find(draft, id).orElseThrow();
        draft.release(caller, id);
        if (mutex.health() == Health.INCONSISTENT) {
            draft.put(id, new Mutex(Optional.empty(), Health.BROKEN, List.of()));
            mutex.waiting().forEach(each -> draft.answer(each, SyncResult.UNRECOVERABLE));
        } else {
            passOn(draft, id, mutex);
        }
    }

    /// The holder is over.
    static void abandon(SyncDraft draft, Caller caller, SyncId id) {
        var mutex = find(draft, id).orElseThrow();
        draft.release(caller, id);
        passOn(draft, id, new Mutex(mutex.holder(), Health.INCONSISTENT, mutex.waiting()));
    }

    private static void passOn(SyncDraft draft, SyncId id, Mutex mutex) {
        if (mutex.waiting().isEmpty()) {
            draft.put(id, new Mutex(Optional.empty(), mutex.health(), List.of()));
            return;
        }
        var next = mutex.waiting().getFirst();
        var left = new Mutex(Optional.empty(), mutex.health(), rest(mutex.waiting()));
        give(draft, id, left, next, draft.waiting(next).reason());
    }

    static void makeConsistent(SyncDraft draft, Caller caller, SyncId id) {
        var mutex =
                find(draft, id)
                        .filter(it -> it.health() == Health.INCONSISTENT)
                        .filter(it -> it.holder().equals(Optional.of(caller)));
        mutex.ifPresent(it -> draft.put(id, new Mutex(it.holder(), Health.SOUND, it.waiting())));
        draft.answer(caller, mutex.isPresent() ? SyncResult.DONE : SyncResult.INVALID);
    }

    static void stopWaiting(SyncDraft draft, Caller caller, SyncId id) {
        var mutex = find(draft, id).orElseThrow();
        draft.put(id, new Mutex(mutex.holder(), mutex.health(), without(mutex.waiting(), caller)));
    }
}
