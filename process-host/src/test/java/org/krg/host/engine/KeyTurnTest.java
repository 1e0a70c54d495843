// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.krg.host.engine.FakeKeySpace.FakeWatch;
import org.krg.host.engine.KeyQueues.Place;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.command.RangeRead;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;

final class KeyTurnTest {
    private static final Revision PRESENT = new Revision(9);
    private static final Bytes FIRST = Bytes.of("line/1");
    private static final Bytes SECOND = Bytes.of("line/2");
    private static final Place THIRD =
            new Place(
                    Bytes.of("line"),
                    Bytes.of("line/3"),
                    new Revision(3),
                    new Revision(3),
                    new LeaseId(3));

    /// Who stands before the third, in order.
    private final List<Bytes> before = new ArrayList<>(List.of(FIRST, SECOND));

    @Test
    void aKeyThatGoesWhileItsWatchBeginsLeavesTheOneBeforeItWatched() {
        var keys =
                new FakeKeySpace(
                        PRESENT,
                        this::find,
                        watch -> {
                            if (watch.spec().range().equals(KeyRange.one(SECOND))) {
                                go(watch, SECOND);
                            }
                        });
        var turn = new KeyTurn(keys, "ann", THIRD);

        turn.look();
        assertThat(keys.watches()).extracting(FakeWatch::isClosed).containsExactly(true, false);
        assertThat(turn.turn()).isNotDone();

        go(keys.watches().getLast(), FIRST);
        assertThat(turn.turn()).isCompletedWithValue(PRESENT);
        assertThat(keys.watches()).hasSize(2).allMatch(FakeWatch::isClosed);
    }

    @Test
    void itIsSaidWhenTheFirstLookIsOver() {
        var during = new ArrayList<Boolean>();
        var waits = new CompletableFuture<KeyTurn>();
        var keys =
                new FakeKeySpace(
                        PRESENT,
                        read -> {
                            during.add(waits.join().looked().isDone());
                            return find(read);
                        },
                        _ -> {});
        var turn = new KeyTurn(keys, "ann", THIRD);
        waits.complete(turn);

        turn.look();

        assertThat(during).containsExactly(false);
        assertThat(turn.looked()).isDone();
        assertThat(turn.turn()).isNotDone();
    }

    @Test
    void aFreeTurnIsThereWhenTheFirstLookIsOver() {
        before.clear();
        var turn = new KeyTurn(new FakeKeySpace(PRESENT, this::find, _ -> {}), "ann", THIRD);
        var had = turn.looked().thenApply(_ -> turn.turn().isDone());

        turn.look();

        assertThat(had).isCompletedWithValue(true);
    }

    private List<KeyValue> find(RangeRead read) {
        if (read.range().equals(KeyRange.one(THIRD.key()))) {
            return List.of(key(THIRD.key()));
        }
        return before.isEmpty() ? List.of() : List.of(key(before.getLast()));
    }

    private static KeyValue key(Bytes key) {
        return new KeyValue(
                key, Bytes.EMPTY, THIRD.created(), THIRD.created(), 1, KeyValue.NO_LEASE);
    }

    private void go(FakeWatch watch, Bytes key) {
        before.remove(key);
        var gone = new Change(KeyValue.deleted(key, PRESENT), Optional.empty());
        watch.tell(new Notice.Changes(PRESENT, List.of(gone)));
    }
}
