// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.KeySpace;
import org.krg.state.codec.KeyRowCodec;
import org.krg.state.command.RangeRead;
import org.krg.state.core.Budget;
import org.krg.state.core.KeyAccess;
import org.krg.state.core.RangeReads;
import org.krg.state.engine.StoredState.KeysAt;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;

/// Users' keys on one node: reads of a moment of the rows, and watches.
public final class StoredKeySpace implements KeySpace {
    /// Bytes of keys and values in one answer: it is held in memory several times.
    static final long ANSWER_BYTES = 64L << 20;

    private final StateEngine engine;
    private final WatchHub watches;
    private final Supplier<CompletableFuture<?>> current;
    private final Executor executor;

    /// @param current completes when this replica has all that was agreed before the call
    public StoredKeySpace(
            StateEngine engine,
            WatchHub watches,
            Supplier<CompletableFuture<?>> current,
            Executor executor) {
        this.engine = engine;
        this.watches = watches;
        this.current = current;
        this.executor = executor;
    }

    @Override
    public CompletableFuture<Answer> range(
            String principal, RangeRead read, boolean linearizable, LongConsumer counting) {
        if (!linearizable) {
            return CompletableFuture.supplyAsync(() -> answer(principal, read, counting), executor);
        }
        // Those who became current together are told one after the other: who has more to do than
        // a look at one key does it elsewhere.
        return read.range().isOne()
                ? current.get().thenApply(_ -> answer(principal, read, counting))
                : current.get().thenApplyAsync(_ -> answer(principal, read, counting), executor);
    }

    private Answer answer(String principal, RangeRead read, LongConsumer counting) {
        return engine.reading(view -> {
            // Now, and not before there is a view: what was written since a right was taken away is
            // not shown, unless the entry that takes it away writes as well and is just ending.
            KeyAccess.problem(engine.image().access(), principal, read.range(), Mode.READ)
                    .ifPresent(problem -> {
                        throw new NotPermitted(problem);
                    });
            var now = StoredState.readKeys(view);
            var stored = new StoredKeys(view, now.state());
            check(read.at(), now);
            var keys = read.at().equals(Revision.ZERO) ? stored : stored.at(read.at());
            var found =
                    RangeReads.read(keys, read, Budget.ofAnswer(ANSWER_BYTES, counting))
                            .orElseThrow(() -> new TooLarge(ANSWER_BYTES));
            return new Answer(now.revision(), found);
        });
    }

    private static void check(Revision asked, KeysAt now) {
        if (asked.compareTo(now.revision()) > 0) {
            throw new FutureRevision(asked, now.revision());
        }
        if (!asked.equals(Revision.ZERO) && asked.compareTo(now.state().compacted()) < 0) {
            throw new Compacted(now.state().compacted());
        }
    }

    @Override
    public Watch watch(String principal, WatchSpec spec, Consumer<Notice> listener) {
        return watches.watch(principal, spec, engine.image(), listener);
    }

    @Override
    public CompletableFuture<KeysHash> hash(Revision revision) {
        return CompletableFuture.supplyAsync(
                () -> engine.reading(view -> hash(view, revision)), executor);
    }

    private static KeysHash hash(RowStore.View view, Revision asked) {
        var now = StoredState.readKeys(view);
        check(asked, now);
        var revision = asked.equals(Revision.ZERO) ? now.revision() : asked;
        var digest = new CRC32C();
        var stored = new StoredKeys(view, now.state());
        (revision.equals(now.revision()) ? stored : stored.at(revision))
                .scan(
                        KeyRange.ALL,
                        key -> {
                            add(digest, key.key().unsafe());
                            add(digest, KeyRowCodec.encode(key));
                            return true;
                        });
        return new KeysHash(revision, now.state().compacted(), (int) digest.getValue());
    }

    private static void add(CRC32C digest, byte[] bytes) {
        digest.update(RowKey.of(bytes.length));
        digest.update(bytes);
    }

    @Override
    public CompletableFuture<List<Bytes>> keysOf(LeaseId lease) {
        return current.get()
                .thenApplyAsync(_ -> engine.reading(view -> keysOf(view, lease)), executor);
    }

    private static List<Bytes> keysOf(RowStore.View view, LeaseId lease) {
        return new StoredKeys(view, StoredState.readKeys(view).state()).keysOf(lease);
    }

    @Override
    public CompletableFuture<Quotas> quotas() {
        return current.get().thenApplyAsync(_ -> engine.reading(StoredKeySpace::quotas), executor);
    }

    private static Quotas quotas(RowStore.View view) {
        var now = StoredState.readKeys(view);
        return new Quotas(now.revision(), now.state().withAccounts(KeyRows.loadAccounts(view)));
    }

    @Override
    public Size size() {
        var state = engine.keyState();
        return new Size(state.keys(), state.bytes(), state.compacted());
    }
}
