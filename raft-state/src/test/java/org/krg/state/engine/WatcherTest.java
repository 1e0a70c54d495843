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
import org.krg.state.model.key.KeyRange;

final class WatcherTest {
    private static final WatchSpec ALL =
            new WatchSpec(KeyRange.ALL, Optional.empty(), false, true, true, true);

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Notice> told = new ArrayList<>();
    private final Watcher watcher =
            new Watcher("root", ALL, new Revision(1), told::add, tasks::add);

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
    void aBookmarkBeforeSomethingElseStaysThere() {
        var why = new IllegalStateException("it is over");
        watcher.bookmark(new Revision(7));
        watcher.end(why);
        tasks.remove().run();
        assertThat(told)
                .containsExactly(new Notice.Bookmark(new Revision(7)), new Notice.Ended(why));
    }
}
