// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.krg.jepsen.cluster.Await;

/// Programs of several nodes add 1 to one word of a segment (`krg_atomic_add`), until they are
/// stopped.
public final class Additions {
    private static final Duration LOSS = Duration.ofMinutes(3);
    private static final int AT_ONCE = 20;

    private final int word;
    private final List<Integer> found = Collections.synchronizedList(new ArrayList<>());
    private final List<String> unanswered = Collections.synchronizedList(new ArrayList<>());
    private final List<CompletableFuture<Void>> counting = new ArrayList<>();
    private volatile boolean stopped;

    /// @param word its number
    public Additions(int word) {
        this.word = word;
    }

    /// Has a program of a node add from now on.
    public void begin(String node, Toucher program) {
        counting.add(
                CompletableFuture.runAsync(
                        () -> {
                            while (!stopped && isCounted(node, program)) {
                                // What it found is noted.
                            }
                        },
                        Thread::startVirtualThread));
    }

    /// Notes an answer.
    ///
    /// @return false if the last addition had none
    private boolean isCounted(String node, Toucher program) {
        var parts = program.ask("count " + word + " " + AT_ONCE).split(" *error ", 2);
        for (var each : parts[0].split(" ", -1)) {
            if (!each.isEmpty()) {
                found.add(Integer.parseInt(each));
            }
        }
        if (parts.length == 1) {
            return true;
        }
        assertThat(parts[1]).isEqualTo("EHOSTDOWN");
        unanswered.add(node);
        return false;
    }

    /// Returns when so many more were acknowledged.
    public void awaitMore(int more) {
        Await.growth("additions to a word", LOSS, found::size, more);
    }

    /// Has all programs stop; fails if one of them failed.
    public void stop() {
        stopped = true;
        CompletableFuture.allOf(counting.toArray(CompletableFuture[]::new)).join();
    }

    /// Fails if an acknowledged addition is missing, or one was made twice.
    ///
    /// @param reader a program that has the segment
    /// @param lost the nodes that were lost, of whose last addition nobody knows
    public void check(Toucher reader, String... lost) {
        assertThat(found).doesNotHaveDuplicates();
        assertThat(unanswered).containsExactlyInAnyOrder(lost);
        var last = reader.ask("load " + word);
        var value = Integer.parseInt(last.substring("ok ".length()));
        assertThat(value).isBetween(found.size(), found.size() + unanswered.size());
        assertThat(Collections.max(found)).isLessThan(value);
    }
}
