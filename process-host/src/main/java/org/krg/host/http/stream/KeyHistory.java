// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.KeyView;
import org.krg.state.KeySpace;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.command.RangeRead;
import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;

/// What is still known of keys. Methods block.
public final class KeyHistory {
    /// Reading what is kept of a key takes as long as reading what is kept of all of them.
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private KeyHistory() {}

    /// {@return the versions in order: what was there when older ones were let go, then each
    /// change}
    ///
    /// @param counting is told bytes of memory that keys and values take before more of them is
    ///   read; what it throws ends the read
    public static ObjectNode read(
            KeySpace keys, String principal, KeyRange range, LongConsumer counting) {
        var oldest = keys.size().compacted();
        var changes = new ArrayList<Change>();
        if (oldest.compareTo(Revision.ZERO) > 0) {
            var read = RangeRead.of(range);
            var then = new RangeRead(range, oldest, 0, read.order(), read.bounds(), read.shows());
            for (var key : keys.range(principal, then, false, counting).join().found().keys()) {
                changes.add(new Change(key, Optional.<KeyValue>empty()));
            }
        }
        changes.addAll(since(keys, principal, range, oldest.next(), counting));
        var view = Json.reply(changes.isEmpty() ? oldest : changes.getLast().now().modified());
        view.set("changes", Json.list(changes.stream().map(KeyView::of).toList()));
        return view.put("compacted", oldest.value());
    }

    private static List<Change> since(
            KeySpace keys,
            String principal,
            KeyRange range,
            Revision first,
            LongConsumer counting) {
        var changes = new ArrayList<Change>();
        var done = new CompletableFuture<List<Change>>();
        var spec = new WatchSpec(range, Optional.of(first), false, true, true, false);
        try (var watch =
                keys.watch(
                        principal,
                        spec,
                        notice -> {
                            switch (notice) {
                                case Notice.Changes(_, var more) -> {
                                    if (!done.isDone()) {
                                        add(changes, more, done, counting);
                                    }
                                }
                                case Notice.Bookmark _ -> done.complete(changes);
                                case Notice.Ended(var why) -> done.completeExceptionally(why);
                            }
                        })) {
            watch.bookmark();
            return done.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
        }
    }

    private static void add(
            List<Change> changes,
            List<Change> more,
            CompletableFuture<List<Change>> done,
            LongConsumer counting) {
        try {
            counting.accept(more.stream().mapToLong(Change::weight).sum());
            changes.addAll(more);
        } catch (RuntimeException full) {
            done.completeExceptionally(full);
        }
    }
}
