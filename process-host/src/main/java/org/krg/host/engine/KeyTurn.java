// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.krg.host.engine.KeyQueues.Place;
import org.krg.host.engine.KeyQueues.PlaceLost;
import org.krg.state.KeySpace;
import org.krg.state.KeySpace.Answer;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.Watch;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.command.RangeRead;
import org.krg.state.command.RangeRead.Bounds;
import org.krg.state.command.RangeRead.By;
import org.krg.state.command.RangeRead.Order;
import org.krg.state.command.RangeRead.Shows;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// The wait of a place for its turn: looks who stands directly before it, waits until that key
/// goes, and looks again. So each departure wakes one waiter. Safe for use from any thread.
final class KeyTurn {
    private final KeySpace keys;
    private final String principal;
    private final Place place;
    private final CompletableFuture<Revision> turn = new CompletableFuture<>();
    private final CompletableFuture<Void> looked = new CompletableFuture<>();
    private final AtomicLong looks = new AtomicLong();

    /// What the newest look so far had watched. Guarded by this object's monitor.
    private @Nullable Watch watch;

    private long newest;

    KeyTurn(KeySpace keys, String principal, Place place) {
        this.keys = keys;
        this.principal = principal;
        this.place = place;
        var _ =
                turn.whenComplete((_, _) -> {
                    follow(Long.MAX_VALUE, null);
                    looked.complete(null);
                });
    }

    /// {@return completes when the place has the turn, or has none any more}
    CompletableFuture<Revision> turn() {
        return turn;
    }

    /// {@return completes when it is known whether the place had the turn from the beginning}
    CompletableFuture<Void> looked() {
        return looked;
    }

    /// Looks who is before the place.
    void look() {
        var number = looks.incrementAndGet();
        // A place was made by an operation that came after the one that granted its lease.
        var earlier = new Bounds(0, 0, 0, place.created().value() - 1);
        var read =
                new RangeRead(
                        KeyQueues.line(place.name()),
                        Revision.ZERO,
                        1,
                        new Order(By.CREATED, true),
                        earlier,
                        Shows.KEYS);
        var _ =
                keys.range(principal, read, true)
                        .thenAccept(answer -> decide(number, answer))
                        .exceptionally(this::fail);
    }

    private void decide(long number, Answer answer) {
        if (answer.found().keys().isEmpty()) {
            requireThere();
        } else {
            await(number, answer.found().keys().getFirst().key(), answer.revision());
        }
    }

    private void requireThere() {
        var own = RangeRead.of(KeyRange.one(place.key()));
        var _ =
                keys.range(principal, own, true)
                        .thenAccept(answer -> {
                            var there =
                                    answer.found().keys().stream()
                                            .anyMatch(it -> it.created().equals(place.created()));
                            if (there) {
                                turn.complete(answer.revision());
                            } else {
                                turn.completeExceptionally(new PlaceLost(place));
                            }
                        })
                        .exceptionally(this::fail);
    }

    private void await(long number, Bytes before, Revision seen) {
        var spec =
                new WatchSpec(
                        KeyRange.one(before), Optional.of(seen.next()), false, false, true, false);
        follow(number, keys.watch(principal, spec, this::take));
        looked.complete(null);
    }

    private void take(Notice notice) {
        switch (notice) {
            case Notice.Changes(_, var changes) when !changes.isEmpty() -> look();
            case Notice.Changes _, Notice.Bookmark _ -> {}
            // What it needs is compacted, or it may not be read any more: looking tells.
            case Notice.Ended _ -> look();
        }
    }

    /// Watches what a look found instead of what one before it found; none once the turn is known.
    /// A watch may tell before it is here, and have the next look come first.
    private void follow(long number, @Nullable Watch found) {
        Watch over;
        synchronized (this) {
            if (number > newest) {
                over = watch;
                watch = found;
                newest = number;
            } else {
                over = found;
            }
        }
        if (over != null) {
            over.close();
        }
    }

    private @Nullable Void fail(Throwable failure) {
        turn.completeExceptionally(failure);
        return null;
    }
}
