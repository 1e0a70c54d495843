// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyChange;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;

final class WatcherTest {
    private static final WatchSpec ALL =
            new WatchSpec(KeyRange.ALL, Optional.empty(), false, true, true, true);

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Notice> told = new ArrayList<>();
    private final WatchRoom room = new WatchRoom(8 << 20);
    private final Watcher watcher =
            new Watcher("root", ALL, new Revision(1), told::add, tasks::add, room);

    @Test
    void ofBookmarksThatWaitForTheListenerTheLastIsTold() {
        for (var revision = 1; revision <= 1_000; revision++) {
            watcher.bookmark(new Revision(revision));
        }
        tasks.remove().run();
        assertThat(told).containsExactly(new Notice.Bookmark(new Revision(1_000)));

        watcher.bookmark(new Revision(1_000));
        tasks.remove().run();
        assertThat(told).hasSize(2);
        assertThat(tasks).isEmpty();
    }

    @Test
    void whatWaitsForOthersOfItsPrincipalLeavesItNoRoom() {
        var other = new Watcher("root", ALL, new Revision(1), told::add, tasks::add, room);
        var another = new Watcher("ann", ALL, new Revision(1), told::add, tasks::add, room);
        var small = new Watcher("root", ALL, new Revision(1), told::add, tasks::add, room);
        watcher.feed(new Revision(1), List.of(change(3 << 20)));
        assertThat(other.hasRoom()).isTrue();
        other.feed(new Revision(1), List.of(change(1 << 20)));
        assertThat(small.hasRoom()).isFalse();
        assertThat(another.hasRoom()).isTrue();

        tasks.remove().run();
        assertThat(small.hasRoom()).isTrue();
        small.feed(new Revision(1), List.of(change(1 << 20)));
        other.close();
        small.close();
        tasks.forEach(Runnable::run);
        assertThat(room.held()).isZero();
        assertThat(told).hasSize(1);
    }

    private static KeyChange change(int bytes) {
        var value =
                new KeyValue(
                        Bytes.of("k"),
                        Bytes.wrap(new byte[bytes]),
                        new Revision(1),
                        new Revision(1),
                        1,
                        KeyValue.NO_LEASE);
        return new KeyChange(
                value.key(),
                new Revision(1),
                Optional.empty(),
                Optional.of(new OwnedKey(value, "root")));
    }

    @Test
    void aBookmarkBeforeSomethingElseStaysThere() {
        var why = new IllegalStateException("it is over");
        watcher.bookmark(new Revision(7));
        watcher.end(why);
        tasks.remove().run();
        assertThat(told)
                .containsExactly(new Notice.Bookmark(new Revision(7)), new Notice.Ended(why));
    }
}
