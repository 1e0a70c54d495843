// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.krg.host.AnswerMemory;
import org.krg.host.BodyRefused;
import org.krg.host.RequestMemory;
import org.krg.host.engine.KeyQueues;
import org.krg.state.KeySpace;
import org.krg.state.KeySpace.Answer;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.Watch;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.command.RangeRead;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;

/// Tells who leads an election and everything that leader proclaims, in order. What it remembers of
/// those who stand in the line counts among what its call may hold. Guarded by its monitor.
final class Observation {
    /// Bytes of memory that a watch takes here and in the key space, about.
    private static final int OVERHEAD = 1 << 10;

    private final KeySpace keys;
    private final String principal;
    private final AnswerMemory memory;
    private final BiConsumer<Revision, KeyValue> listener;
    private final Consumer<Throwable> failures;
    private final Map<Bytes, KeyValue> line = new HashMap<>();
    private long weight = OVERHEAD;
    private Optional<KeyValue> told = Optional.empty();
    private @Nullable Watch watch;
    private boolean closed;

    /// @param memory of the call
    Observation(
            KeySpace keys,
            String principal,
            RequestMemory memory,
            BiConsumer<Revision, KeyValue> listener,
            Consumer<Throwable> failures) {
        this.keys = keys;
        this.principal = principal;
        this.memory = AnswerMemory.ofBytes(memory);
        this.listener = listener;
        this.failures = failures;
    }

    /// Begins with who leads now. To be called once.
    void begin(Bytes name) {
        var range = KeyQueues.line(name);
        var _ =
                keys.range(principal, RangeRead.of(range), true, memory)
                        .thenAccept(answer -> begin(range, answer))
                        .exceptionally(failure -> {
                            failures.accept(failure);
                            return null;
                        });
    }

    private synchronized void begin(KeyRange range, Answer answer) {
        answer.found().keys().forEach(this::stand);
        memory.made(weight);
        tell(answer.revision());
        var spec =
                new WatchSpec(
                        range, Optional.of(answer.revision().next()), false, true, true, false);
        watch = keys.watch(principal, spec, this::take);
        if (closed) {
            watch.close();
        }
    }

    private synchronized void take(Notice notice) {
        switch (notice) {
            case Notice.Changes(_, var changes) -> {
                try {
                    follow(changes);
                } catch (BodyRefused full) {
                    failures.accept(full);
                }
            }
            case Notice.Bookmark _ -> {}
            case Notice.Ended(var why) -> failures.accept(why);
        }
    }

    /// One revision after the other, so that what a leader proclaimed is not skipped.
    private void follow(List<Change> changes) {
        for (var i = 0; i < changes.size(); i++) {
            var now = changes.get(i).now();
            if (changes.get(i).isDelete()) {
                leave(line.remove(now.key()));
            } else {
                stand(now);
            }
            memory.made(weight);
            var last = i + 1 == changes.size();
            if (last || !changes.get(i + 1).now().modified().equals(now.modified())) {
                tell(now.modified());
            }
        }
    }

    private void stand(KeyValue key) {
        weight += key.weight();
        leave(line.put(key.key(), key));
    }

    private void leave(@Nullable KeyValue key) {
        weight -= key == null ? 0 : key.weight();
    }

    private void tell(Revision at) {
        var leader =
                line.values().stream()
                        .min(Comparator.comparing(KeyValue::created).thenComparing(KeyValue::key));
        if (leader.isPresent() && !leader.equals(told)) {
            listener.accept(at, leader.get());
        }
        told = leader;
    }

    synchronized void close() {
        closed = true;
        if (watch != null) {
            watch.close();
        }
    }
}
