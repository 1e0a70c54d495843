// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.host.BodyRefused;
import org.krg.host.LimitedMemory;
import org.krg.host.engine.FakeKeySpace;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyValue;

final class ObservationTest {
    private static final Revision PRESENT = new Revision(9);
    private static final long ROOM = 10_000;

    private final List<String> told = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();
    private final FakeKeySpace keys =
            new FakeKeySpace(PRESENT, _ -> List.of(key("vote/1", 1, "me")), _ -> {});
    private final LimitedMemory memory = new LimitedMemory(ROOM);

    private final Observation observation =
            new Observation(
                    keys,
                    "ann",
                    memory,
                    (_, leader) -> told.add(leader.value().text()),
                    failures::add);

    @Test
    void whatIsRememberedOfALineCountsAndEndsItWhereThereIsNoRoom() {
        observation.begin(Bytes.of("vote"));
        var small = memory.free();
        assertThat(small).isLessThan(ROOM);

        tell(key("vote/2", 10, "x".repeat(5_000)));
        assertThat(memory.free()).isLessThan(small - 5_000);
        tell(gone("vote/2"));
        assertThat(memory.free()).isEqualTo(small);
        tell(key("vote/1", 1, "again"));
        assertThat(told).containsExactly("me", "again");
        assertThat(failures).isEmpty();

        tell(key("vote/3", 11, "x".repeat((int) ROOM)));
        assertThat(failures).singleElement().isInstanceOf(BodyRefused.class);
        observation.close();
        assertThat(keys.watches()).singleElement().matches(FakeKeySpace.FakeWatch::isClosed);
    }

    private void tell(KeyValue now) {
        var change = new Change(now, Optional.empty());
        keys.watches().getFirst().tell(new Notice.Changes(PRESENT.next(), List.of(change)));
    }

    private static KeyValue gone(String key) {
        return new KeyValue(
                Bytes.of(key), Bytes.EMPTY, Revision.ZERO, PRESENT.next(), 0, KeyValue.NO_LEASE);
    }

    private static KeyValue key(String key, long created, String value) {
        return new KeyValue(
                Bytes.of(key),
                Bytes.of(value),
                new Revision(created),
                PRESENT,
                1,
                KeyValue.NO_LEASE);
    }
}
