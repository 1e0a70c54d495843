// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.jepsen.history.Notice;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Watched;
import org.krg.state.ClusterStore;
import org.krg.state.KeySpace;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.model.Revision;

/// Watches keys on one node after the other, each time after what it was told last.
final class StoreWatcher {
    private final Span span;
    private final boolean previous;
    private final List<Watched> finished = new ArrayList<>();
    private List<Notice> notices = new ArrayList<>();
    private Optional<KeySpace.Watch> watch = Optional.empty();
    private long after;

    StoreWatcher(Span span, boolean previous) {
        this.span = span;
        this.previous = previous;
    }

    /// Goes on at a node.
    synchronized void moveTo(ClusterStore store) {
        stop();
        var spec =
                new WatchSpec(
                        StoreValues.range(span),
                        Optional.of(new Revision(after + 1)),
                        previous,
                        true,
                        true,
                        true);
        var told = new ArrayList<Notice>();
        notices = told;
        watch = Optional.of(store.keys().watch("root", spec, notice -> take(notice, told)));
    }

    /// A call that was under way when its watch was closed finds that the list was read already.
    private synchronized void take(KeySpace.Notice notice, List<Notice> told) {
        told.add(StoreValues.notice(notice));
    }

    /// Ends the watch that runs, if one does.
    synchronized void stop() {
        watch.ifPresent(KeySpace.Watch::close);
        if (watch.isPresent()) {
            var watched = new Watched(span, after, previous, notices);
            finished.add(watched);
            after = watched.told();
            watch = Optional.empty();
        }
    }

    /// {@return up to which revision it was told everything}
    synchronized long told() {
        return new Watched(span, after, previous, notices).told();
    }

    synchronized void bookmark() {
        watch.ifPresent(KeySpace.Watch::bookmark);
    }

    /// {@return what each watch was told}
    synchronized List<Watched> finished() {
        return List.copyOf(finished);
    }
}
