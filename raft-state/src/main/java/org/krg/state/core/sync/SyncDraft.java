// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core.sync;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.krg.state.image.SyncState;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;
import org.krg.state.model.CallerState.Progress;
import org.krg.state.model.CallerState.Progress.Waiting;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncObject;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncResult;

/// Synchronisation as an entry of the log changes it, and what it changed. Local to one entry.
public final class SyncDraft {
    private final SortedSet<SyncId> objects = new TreeSet<>();
    private final SortedSet<Caller> callers = new TreeSet<>();
    private SyncState state;

    /// Begins with what the entry before left.
    public SyncDraft(SyncState state) {
        this.state = state;
    }

    /// {@return what it is by now}
    public SyncState state() {
        return state;
    }

    /// {@return the objects that may have changed}
    public SortedSet<SyncId> objects() {
        return objects;
    }

    /// {@return the callers that may have changed}
    public SortedSet<Caller> callers() {
        return callers;
    }

    /// {@return the object, all zeros if nobody uses it; empty if it is something else}
    <T extends SyncObject> Optional<T> find(SyncId id, T unused, Class<T> kind) {
        var found = state.objects().find(id);
        if (found.isEmpty()) {
            return Optional.of(unused);
        }
        return found.filter(kind::isInstance).map(kind::cast);
    }

    void put(SyncId id, SyncObject object) {
        var known = state.objects();
        var changed = object.isUnused() ? known.without(id) : known.with(id, object);
        state = new SyncState(changed, state.callers());
        objects.add(id);
    }

    CallerState caller(Caller caller) {
        return state.callers().find(caller).orElse(CallerState.NEW);
    }

    /// {@return what a caller that waits has asked for, and where it waits}
    Waiting waiting(Caller caller) {
        return (Waiting) state.callers().require(caller).progress();
    }

    void begin(Caller caller, long sequence) {
        var known = caller(caller);
        put(caller, new CallerState(sequence, known.progress(), known.held()));
    }

    void answer(Caller caller, SyncResult result) {
        answer(caller, new SyncAnswer(result));
    }

    void answer(Caller caller, SyncAnswer answer) {
        progress(caller, new Progress.Answered(answer));
    }

    /// Notes that the caller, which is in the list of the object, waits.
    void await(Caller caller, SyncRequest request, SyncId at, SyncResult reason) {
        progress(caller, new Waiting(request, at, reason));
    }

    private void progress(Caller caller, Progress progress) {
        var known = caller(caller);
        put(caller, new CallerState(known.sequence(), progress, known.held()));
    }

    void hold(Caller caller, SyncId id) {
        var known = caller(caller);
        if (!known.held().contains(id)) {
            put(
                    caller,
                    new CallerState(known.sequence(), known.progress(), with(known.held(), id)));
        }
    }

    void release(Caller caller, SyncId id) {
        var known = caller(caller);
        put(caller, new CallerState(known.sequence(), known.progress(), without(known.held(), id)));
    }

    void forget(Caller caller) {
        state = new SyncState(state.objects(), state.callers().without(caller));
        callers.add(caller);
    }

    private void put(Caller caller, CallerState known) {
        if (known.equals(CallerState.NEW)) {
            forget(caller);
            return;
        }
        state = new SyncState(state.objects(), state.callers().with(caller, known));
        callers.add(caller);
    }

    /// {@return the list with one more at its end}
    static <T> List<T> with(List<T> list, T added) {
        var longer = new ArrayList<>(list);
        longer.add(added);
        return longer;
    }

    /// {@return the list without what equals `removed`}
    static <T> List<T> without(List<T> list, T removed) {
        return list.stream().filter(each -> !each.equals(removed)).toList();
    }

    /// {@return the list without its first}
    static <T> List<T> rest(List<T> list) {
        return list.subList(1, list.size());
    }
}
