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
import org.krg.state.model.SyncObject.RwLock;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncResult;

/// Read-write locks, served in the order of arrival: a reader does not overtake a writer that
/// waits.
///
/// When a writer dies, whoever holds the lock after it hears so, until a writer gives it back.
final class RwLockRules {
    private RwLockRules() {}

    private static Optional<RwLock> find(SyncDraft draft, SyncId id) {
        return draft.find(id, RwLock.FREE, RwLock.class);
    }

    static void lock(SyncDraft draft, Caller caller, SyncRequest.RwLock request) {
        var id = request.object();
        var found = find(draft, id);
        if (found.isEmpty()) {
            draft.answer(caller, SyncResult.INVALID);
            return;
        }
        var lock = found.get();
        if (isHolder(lock, caller)) {
            draft.answer(caller, SyncResult.DEADLOCK);
        } else if (lock.waiting().isEmpty() && admits(lock, request.writes())) {
            give(draft, id, lock, caller, request.writes());
        } else if (request.waits()) {
            draft.put(id, waiting(lock, with(lock.waiting(), caller)));
            draft.await(caller, request, id, SyncResult.DONE);
        } else {
            draft.answer(caller, SyncResult.BUSY);
        }
    }

    private static boolean isHolder(RwLock lock, Caller caller) {
        return lock.writer().equals(Optional.of(caller)) || lock.readers().contains(caller);
    }

    private static boolean admits(RwLock lock, boolean writer) {
        return lock.writer().isEmpty() && (!writer || lock.readers().isEmpty());
    }

    private static RwLock waiting(RwLock lock, List<Caller> waiting) {
        return new RwLock(lock.writer(), lock.readers(), lock.health(), waiting);
    }

    private static RwLock give(
            SyncDraft draft, SyncId id, RwLock lock, Caller caller, boolean writes) {
        var given =
                new RwLock(
                        writes ? Optional.of(caller) : lock.writer(),
                        writes ? lock.readers() : with(lock.readers(), caller),
                        lock.health(),
                        lock.waiting());
        draft.put(id, given);
        draft.hold(caller, id);
        draft.answer(
                caller,
                lock.health() == Health.INCONSISTENT ? SyncResult.OWNER_DIED : SyncResult.DONE);
        return given;
    }

    static void unlock(SyncDraft draft, Caller caller, SyncId id) {
        var lock = find(draft, id).filter(it -> isHolder(it, caller));
        if (lock.isEmpty()) {
            draft.answer(caller, SyncResult.NOT_HELD);
            return;
        }
        leave(draft, caller, id, lock.get(), Health.SOUND);
        draft.answer(caller, SyncResult.DONE);
    }

    /// The holder is over.
    static void abandon(SyncDraft draft, Caller caller, SyncId id) {
        leave(draft, caller, id, find(draft, id).orElseThrow(), Health.INCONSISTENT);
    }

    /// @param written what the lock knows when it was the writer who leaves
    private static void leave(
            SyncDraft draft, Caller caller, SyncId id, RwLock lock, Health written) {
        var wrote = lock.writer().equals(Optional.of(caller));
        draft.release(caller, id);
        passOn(
                draft,
                id,
                new RwLock(
                        wrote ? Optional.empty() : lock.writer(),
                        without(lock.readers(), caller),
                        wrote ? written : lock.health(),
                        lock.waiting()));
    }

    private static void passOn(SyncDraft draft, SyncId id, RwLock lock) {
        draft.put(id, lock);
        var left = lock;
        while (!left.waiting().isEmpty()) {
            var next = left.waiting().getFirst();
            var writes = ((SyncRequest.RwLock) draft.waiting(next).request()).writes();
            if (!admits(left, writes)) {
                return;
            }
            left = give(draft, id, waiting(left, rest(left.waiting())), next, writes);
        }
    }

    /// Who waited behind a writer may have waited for nothing else.
    static void stopWaiting(SyncDraft draft, Caller caller, SyncId id) {
        var lock = find(draft, id).orElseThrow();
        passOn(draft, id, waiting(lock, without(lock.waiting(), caller)));
    }
}
