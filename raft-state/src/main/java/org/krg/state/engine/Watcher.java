// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyChange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One watch: what waits for its listener, and how far it was fed. Its monitor guards the queue;
/// the position is the [WatchHub]'s, guarded there.
final class Watcher {
    /// Changes that wait for a slow listener; then it falls behind and reads them from storage.
    private static final int CHANGES = 1_024;

    /// Bytes of them.
    private static final long BYTES = 4 << 20;

    /// Bytes that a change takes beside its key and values, about.
    private static final int OVERHEAD = 256;

    private static final Logger log = LoggerFactory.getLogger(Watcher.class);

    final String principal;
    final WatchSpec spec;
    private final Consumer<Notice> listener;
    private final Executor executor;
    private final WatchRoom room;
    private final Deque<Waiting> queue = new ArrayDeque<>();
    private int changes;
    private long bytes;
    private boolean isTelling;
    private boolean isClosed;

    /// The first revision that was not fed yet.
    private Revision next;

    private final AtomicReference<Wanted> bookmark = new AtomicReference<>(Wanted.NONE);

    private record Waiting(Notice notice, int changes, long bytes) {
        boolean isBookmark() {
            return notice instanceof Notice.Bookmark;
        }
    }

    Watcher(
            String principal,
            WatchSpec spec,
            Revision next,
            Consumer<Notice> listener,
            Executor executor,
            WatchRoom room) {
        this.principal = principal;
        this.spec = spec;
        this.next = next;
        this.listener = listener;
        this.executor = executor;
        this.room = room;
    }

    Revision next() {
        return next;
    }

    /// Takes what it wants of the changes of whole revisions up to `revision`, of any keys.
    void feed(Revision revision, List<KeyChange> all) {
        var told = new ArrayList<Change>();
        var size = 0L;
        for (var change : all) {
            if (change.revision().compareTo(next) >= 0 && wants(change)) {
                var shown = shown(change);
                told.add(shown);
                size += OVERHEAD + shown.now().value().size() + shown.now().key().size();
                size += shown.before().map(each -> each.value().size()).orElse(0);
            }
        }
        // It may be ahead: it read rows whose changes are still to be fed.
        skipTo(revision.next());
        if (!told.isEmpty()) {
            tell(new Waiting(new Notice.Changes(revision, told), told.size(), size));
        }
    }

    private boolean wants(KeyChange change) {
        return spec.range().contains(change.key())
                && (change.after().isPresent() ? spec.puts() : spec.deletes());
    }

    private Change shown(KeyChange change) {
        return new Change(
                change.after().map(OwnedKey::value).orElseGet(() -> deleted(change)),
                spec.previous() ? change.before().map(OwnedKey::value) : Optional.empty());
    }

    private static KeyValue deleted(KeyChange change) {
        return KeyValue.deleted(change.key(), change.revision());
    }

    /// Notes that everything before a revision was told, or did not concern it.
    void skipTo(Revision revision) {
        if (next.compareTo(revision) < 0) {
            next = revision;
        }
    }

    /// How many bookmarks are asked for and not told.
    private enum Wanted {
        NONE,
        ONE,
        /// One was asked for after the one before, and may have to say more than that.
        ANOTHER
    }

    /// {@return whether none was wanted}
    boolean wantBookmark() {
        return bookmark.getAndUpdate(it -> it == Wanted.NONE ? Wanted.ONE : Wanted.ANOTHER)
                == Wanted.NONE;
    }

    boolean isBookmarkWanted() {
        return bookmark.get() != Wanted.NONE;
    }

    /// Answers who asked for a bookmark.
    ///
    /// @return whether another one is wanted
    boolean answer(Revision revision) {
        var before = bookmark.getAndUpdate(it -> it == Wanted.ANOTHER ? Wanted.ONE : Wanted.NONE);
        bookmark(revision);
        return before == Wanted.ANOTHER;
    }

    /// Says that everything up to a revision was told; one that is still ahead was asked for.
    void bookmark(Revision revision) {
        var told = new Revision(Math.max(revision.value(), next.value() - 1));
        tell(new Waiting(new Notice.Bookmark(told), 0, 0));
    }

    void end(RuntimeException why) {
        tell(new Waiting(new Notice.Ended(why), 0, 0));
    }

    /// {@return whether its listener keeps up, and those of its principal}
    synchronized boolean hasRoom() {
        return changes < CHANGES && bytes < BYTES && !room.isFull(principal);
    }

    synchronized void close() {
        isClosed = true;
        queue.forEach(this::done);
        queue.clear();
    }

    private synchronized void tell(Waiting waiting) {
        if (isClosed) {
            return;
        }
        if (waiting.isBookmark() && !queue.isEmpty() && queue.getLast().isBookmark()) {
            // The later one says all that both do; else who asks again and again fills the memory.
            queue.removeLast();
        }
        queue.add(waiting);
        changes += waiting.changes;
        bytes += waiting.bytes;
        room.add(principal, waiting.bytes);
        if (!isTelling) {
            isTelling = true;
            executor.execute(this::tellAll);
        }
    }

    private void tellAll() {
        for (var waiting = first(); waiting.isPresent(); waiting = first()) {
            try {
                listener.accept(waiting.get().notice);
            } catch (RuntimeException failed) {
                log.error("a watch's listener failed range={}", spec.range(), failed);
            }
            done(waiting.get());
        }
    }

    private synchronized Optional<Waiting> first() {
        var first = Optional.ofNullable(queue.poll());
        isTelling = first.isPresent();
        return first;
    }

    private synchronized void done(Waiting waiting) {
        changes -= waiting.changes;
        bytes -= waiting.bytes;
        room.remove(principal, waiting.bytes);
    }
}
