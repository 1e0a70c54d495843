// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.krg.state.KeySpace;
import org.krg.state.command.KeyResult;
import org.krg.state.command.RangeRead;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyValue;

/// Keys of which a test says what a read finds, and what watches tell.
public final class FakeKeySpace implements KeySpace {
    private final Revision present;
    private final Function<RangeRead, List<KeyValue>> finding;
    private final Consumer<FakeWatch> beginning;
    private final List<FakeWatch> watches = new CopyOnWriteArrayList<>();

    /// @param beginning is called with each watch before whoever began it has it
    public FakeKeySpace(
            Revision present,
            Function<RangeRead, List<KeyValue>> finding,
            Consumer<FakeWatch> beginning) {
        this.present = present;
        this.finding = finding;
        this.beginning = beginning;
    }

    /// A watch that tells what a test says.
    public static final class FakeWatch implements Watch {
        private final WatchSpec spec;
        private final Consumer<Notice> listener;
        private final Revision after;
        private volatile boolean closed;

        FakeWatch(WatchSpec spec, Consumer<Notice> listener, Revision after) {
            this.spec = spec;
            this.listener = listener;
            this.after = after;
        }

        WatchSpec spec() {
            return spec;
        }

        public boolean isClosed() {
            return closed;
        }

        /// Tells, unless it was closed; on the caller's thread.
        public void tell(Notice notice) {
            if (!closed) {
                listener.accept(notice);
            }
        }

        @Override
        public Revision after() {
            return after;
        }

        @Override
        public void bookmark() {
            tell(new Notice.Bookmark(after));
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /// {@return all watches there were, in order}
    public List<FakeWatch> watches() {
        return watches;
    }

    @Override
    public CompletableFuture<Answer> range(
            String principal, RangeRead read, boolean linearizable, LongConsumer counting) {
        var keys = finding.apply(read);
        return CompletableFuture.completedFuture(
                new Answer(present, new KeyResult.Found(keys, keys.size(), false)));
    }

    @Override
    public Watch watch(String principal, WatchSpec spec, Consumer<Notice> listener) {
        var watch = new FakeWatch(spec, listener, present);
        watches.add(watch);
        beginning.accept(watch);
        return watch;
    }

    @Override
    public CompletableFuture<KeysHash> hash(Revision revision) {
        throw new UnsupportedOperationException("nothing is stored");
    }

    @Override
    public CompletableFuture<List<Bytes>> keysOf(LeaseId lease) {
        throw new UnsupportedOperationException("nothing is stored");
    }

    @Override
    public Size size() {
        throw new UnsupportedOperationException("nothing is stored");
    }

    @Override
    public CompletableFuture<Quotas> quotas() {
        throw new UnsupportedOperationException("nothing is stored");
    }
}
