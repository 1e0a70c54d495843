// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.KeySpace.NotPermitted;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.Watch;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.ThreadLost;
import org.krg.state.core.KeyAccess;
import org.krg.state.engine.KeyHistory.Past;
import org.krg.state.engine.WatchInbox.Item;
import org.krg.state.image.Access;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyChange;
import org.krg.state.model.key.KeyGrant.Mode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Feeds watches. Those in step are fed from what is applied, by one thread; those that are behind,
/// because they began with an old revision, their listener is slow, or a snapshot was taken over,
/// are fed from the rows by another thread until they are in step again. So etcd does it.
///
/// Applying the log never waits here: it leaves changes in a [WatchInbox], and what does not fit
/// has all watches fall behind. The lock guards everything but the inbox.
public final class WatchHub implements AutoCloseable {
    /// Changes that are read at once for those behind, about.
    static final int CHUNK = 1_024;

    /// Between two bookmarks of a watch that asked for them.
    private static final Duration BOOKMARKS = Duration.ofSeconds(10);

    /// Before those whose listener is slow are looked at again.
    private static final Duration SLOW = Duration.ofMillis(20);

    private static final Logger log = LoggerFactory.getLogger(WatchHub.class);

    private final Executor executor;
    private final WatchRoom room;
    private final Thread feeding;
    private final Thread catchingUp;
    private final WatchInbox inbox = new WatchInbox();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition someoneBehind = lock.newCondition();
    private final RangeIndex<Watcher> index = new RangeIndex<>();
    private final Set<Watcher> inStep = new LinkedHashSet<>();
    private final Set<Watcher> behind = new LinkedHashSet<>();

    /// Up to where those in step were fed.
    private Revision fed = Revision.ZERO;

    private volatile boolean closed;

    /// The newest users and roles there were; the rights of all watches were judged by them.
    private Access access = Access.EMPTY;

    private volatile @Nullable BiFunction<Revision, Integer, Past> history;

    /// Starts the threads. Listeners are called on `executor`.
    public WatchHub(String name, Executor executor) {
        this(name, executor, WatchRoom.ofHeap());
    }

    WatchHub(String name, Executor executor, WatchRoom room) {
        this.executor = executor;
        this.room = room;
        this.feeding =
                Thread.ofPlatform()
                        .name(name + "-watches")
                        .daemon()
                        .start(ThreadLost.told(this::feedAll));
        this.catchingUp =
                Thread.ofPlatform()
                        .name(name + "-catch-up")
                        .daemon()
                        .start(ThreadLost.told(this::catchUpAll));
    }

    /// Says where changes that were missed are read: from a revision on, about so many.
    void readFrom(BiFunction<Revision, Integer, Past> rows) {
        history = rows;
    }

    /// Takes the changes of an entry over; called by the apply thread.
    void publish(ClusterImage image, List<KeyChange> changes) {
        inbox.add(image, changes);
    }

    /// Notes that the rows were replaced: what happened between is in them, or compacted.
    void jump(ClusterImage image) {
        inbox.addGap(image);
    }

    /// Begins a watch.
    ///
    /// @param present what is applied
    Watch watch(String principal, WatchSpec spec, ClusterImage present, Consumer<Notice> listener) {
        var next = spec.from().orElseGet(() -> present.revision().next());
        var watcher = new Watcher(principal, spec, next, listener, executor, room);
        holdingLock(() -> {
            judgeBy(present.access());
            forbid(watcher);
            inbox.watched(true);
            // What was fed already is in the rows; what is still to be fed comes by itself.
            if (next.compareTo(fed) > 0) {
                putInStep(watcher);
            } else {
                putBehind(watcher);
            }
        });
        return new Running(watcher, new Revision(Math.max(0, next.value() - 1)));
    }

    /// Ends the watches of those who may read no longer, when something newer says so. A watch that
    /// begins may bring what is still to be fed, or be late and bring what is older.
    private void judgeBy(Access come) {
        if (come.revision() > access.revision()) {
            access = come;
            endForbidden();
        }
    }

    private void forbid(Watcher watcher) {
        KeyAccess.problem(access, watcher.principal, watcher.spec.range(), Mode.READ)
                .ifPresent(problem -> {
                    throw new NotPermitted(problem);
                });
    }

    private final class Running implements Watch {
        private final Watcher watcher;
        private final Revision after;

        Running(Watcher watcher, Revision after) {
            this.watcher = watcher;
            this.after = after;
        }

        @Override
        public Revision after() {
            return after;
        }

        @Override
        public void bookmark() {
            if (watcher.wantBookmark()) {
                inbox.add(watcher);
            }
        }

        @Override
        public void close() {
            holdingLock(() -> remove(watcher));
            watcher.close();
        }
    }

    private void putInStep(Watcher watcher) {
        behind.remove(watcher);
        inStep.add(watcher);
        index.add(watcher.spec.range(), watcher);
    }

    private void putBehind(Watcher watcher) {
        if (inStep.remove(watcher)) {
            index.remove(watcher.spec.range(), watcher);
            watcher.skipTo(fed.next());
        }
        behind.add(watcher);
        someoneBehind.signal();
    }

    private void remove(Watcher watcher) {
        if (inStep.remove(watcher)) {
            index.remove(watcher.spec.range(), watcher);
        }
        behind.remove(watcher);
        inbox.watched(!inStep.isEmpty() || !behind.isEmpty());
    }

    /// {@return how many watches there are, and how many of them are behind}
    Watches watches() {
        lock.lock();
        try {
            return new Watches(inStep.size() + behind.size(), behind.size());
        } finally {
            lock.unlock();
        }
    }

    /// How many watches there are.
    record Watches(int all, int behind) {}

    @Override
    public void close() {
        closed = true;
        feeding.interrupt();
        catchingUp.interrupt();
    }

    private void feedAll() {
        var bookmarked = System.nanoTime();
        try {
            while (!closed) {
                switch (inbox.take(BOOKMARKS)) {
                    case null -> {}
                    case Item.Step step -> holdingLock(() -> feed(step));
                    case Item.Asked(var watcher) -> holdingLock(() -> bookmark(watcher));
                }
                if (System.nanoTime() - bookmarked >= BOOKMARKS.toNanos()) {
                    bookmarked = System.nanoTime();
                    holdingLock(this::bookmarkAll);
                }
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    private void bookmark(Watcher watcher) {
        if (inStep.contains(watcher)) {
            answer(watcher, fed);
        }
    }

    /// Another one that was asked for since is told behind what has been applied by now.
    private void answer(Watcher watcher, Revision revision) {
        if (watcher.answer(revision)) {
            inbox.add(watcher);
        }
    }

    private void bookmarkAll() {
        for (var watcher : inStep) {
            if (watcher.spec.bookmarks()) {
                watcher.bookmark(fed);
            }
        }
    }

    private void feed(Item.Step step) {
        judgeBy(step.image().access());
        var revision = step.image().revision();
        if (!step.isWhole()) {
            List.copyOf(inStep).forEach(this::putBehind);
        } else if (!step.changes().isEmpty() && !inStep.isEmpty()) {
            feed(index, revision, step.changes()).forEach(this::putBehind);
        }
        fed = revision;
    }

    /// Feeds those whom a change concerns, one after the other, as long as there is room: what one
    /// of them is told takes some of the others'. Takes those without room out of `watchers`, so
    /// that each is looked at once, however many changes concern it.
    ///
    /// @param upTo all changes up to and with this revision that were not fed yet are in `changes`
    /// @return those for whom there was no room
    private static Set<Watcher> feed(
            RangeIndex<Watcher> watchers, Revision upTo, List<KeyChange> changes) {
        var full = new LinkedHashSet<Watcher>();
        var touched = new ArrayList<Watcher>();
        for (var change : changes) {
            watchers.find(
                    change.key(),
                    watcher -> {
                        if (watcher.next().compareTo(upTo) <= 0) {
                            touched.add(watcher);
                        }
                    });
            for (var watcher : touched) {
                if (watcher.hasRoom()) {
                    watcher.feed(upTo, changes);
                } else {
                    watchers.remove(watcher.spec.range(), watcher);
                    full.add(watcher);
                }
            }
            touched.clear();
        }
        return full;
    }

    private void endForbidden() {
        var all = new ArrayList<>(inStep);
        all.addAll(behind);
        for (var watcher : all) {
            try {
                forbid(watcher);
            } catch (NotPermitted problem) {
                remove(watcher);
                watcher.end(problem);
            }
        }
    }

    private void catchUpAll() {
        try {
            while (!closed) {
                var waiting = awaitBehind();
                if (waiting.isEmpty()) {
                    TimeUnit.NANOSECONDS.sleep(SLOW.toNanos());
                } else {
                    catchUp(waiting);
                }
            }
        } catch (InterruptedException | RowsClosed end) {
            Thread.currentThread().interrupt();
        }
    }

    /// {@return those behind whose listeners keep up} Waits until somebody is behind.
    private List<Watcher> awaitBehind() throws InterruptedException {
        lock.lock();
        try {
            while (behind.isEmpty()) {
                someoneBehind.await();
            }
            return behind.stream().filter(Watcher::hasRoom).toList();
        } finally {
            lock.unlock();
        }
    }

    /// Reads on from the one that is farthest behind, for all that want what is read.
    private void catchUp(List<Watcher> waiting) {
        var rows = history;
        if (rows == null) {
            return;
        }
        var from = waiting.stream().map(Watcher::next).min(Comparator.naturalOrder()).orElseThrow();
        Past past;
        try {
            past = rows.apply(from, CHUNK);
        } catch (StorageFailed failed) {
            log.error("changes for watches cannot be read from={}", from, failed);
            return;
        }
        holdingLock(() -> feed(waiting, past));
    }

    private void feed(List<Watcher> waiting, Past past) {
        var ranges = new RangeIndex<Watcher>();
        for (var watcher : waiting) {
            if (behind.contains(watcher)) {
                if (watcher.next().compareTo(past.compacted()) < 0) {
                    remove(watcher);
                    watcher.end(new Compacted(past.compacted()));
                } else if (watcher.next().compareTo(past.upTo()) <= 0) {
                    ranges.add(watcher.spec.range(), watcher);
                }
            }
        }
        var full = feed(ranges, past.upTo(), past.changes());
        for (var watcher : waiting) {
            if (behind.contains(watcher) && !full.contains(watcher)) {
                watcher.skipTo(past.upTo().next());
                if (watcher.next().compareTo(fed) > 0) {
                    putInStep(watcher);
                    if (watcher.isBookmarkWanted()) {
                        answer(watcher, new Revision(watcher.next().value() - 1));
                    }
                }
            }
        }
    }

    private void holdingLock(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }
}
