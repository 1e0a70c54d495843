// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.codahale.metrics.MetricRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.krg.state.KeySpace;
import org.krg.state.codec.Batch;
import org.krg.state.codec.OperationCodec;
import org.krg.state.command.Command;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.model.LeaseId;
import org.krg.state.model.SessionId;
import org.krg.state.model.key.Bytes;
import org.krg.state.rocksdb.RocksStorage;

/// One replica on a real RocksDB, which a test hands log entries.
final class KeyBench implements AutoCloseable {
    static final long EVENTS_KEPT = 64;
    private static final SessionId CLIENT = new SessionId(7);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ChangeFeed changes = new ChangeFeed("test");
    private final List<String> ends = new ArrayList<>();
    private final Path directory;
    final WatchHub watches;
    final StateEngine engine;
    private final StoredKeySpace keys;
    private long index;
    private long sequence;

    KeyBench(Path directory) {
        this.directory = directory;
        this.watches = new WatchHub("test", executor);
        this.engine = newEngine(directory, changes, watches, executor, ends);
        this.keys =
                new StoredKeySpace(
                        engine, watches, () -> CompletableFuture.completedFuture(null), executor);
        engine.open(Optional.empty());
        index = Math.max(0, engine.position().index());
        sequence = index * 1_000;
    }

    private static StateEngine newEngine(
            Path directory,
            ChangeFeed changes,
            WatchHub watches,
            Executor executor,
            List<String> ends) {
        return new StateEngine(
                new RocksStorage(directory),
                EVENTS_KEPT,
                changes,
                watches,
                executor,
                new MetricRegistry(),
                (what, cause) -> ends.add(what + " " + cause));
    }

    KeySpace keys() {
        return keys;
    }

    Path directory() {
        return directory;
    }

    /// {@return an entry with these commands; another replica may be handed it too}
    byte[] entry(Command... commands) {
        var operations =
                Arrays.stream(commands)
                        .map(command -> new Operation(CLIENT, ++sequence, 0, command))
                        .toList();
        return OperationCodec.encode(new Batch(Instant.EPOCH, operations));
    }

    List<Reply> apply(byte[] entry) {
        return engine.apply(new LogPosition(1, ++index), ByteBuffer.wrap(entry));
    }

    List<Reply> apply(Command... commands) {
        return apply(entry(commands));
    }

    Reply applyAs(String principal, Command command) {
        var operation = new Operation(CLIENT, ++sequence, 0, principal, command);
        return apply(OperationCodec.encode(new Batch(Instant.EPOCH, List.of(operation))))
                .getFirst();
    }

    Reply put(String key, String value) {
        return apply(put(key, value, 0)).getFirst();
    }

    static Transact put(String key, String value, long lease) {
        return transact(KeyRequest.Put.of(Bytes.of(key), Bytes.of(value), new LeaseId(lease)));
    }

    static Transact transact(KeyRequest request) {
        return new Transact("alice", KeyTransaction.of(request));
    }

    List<String> ends() {
        return ends;
    }

    @Override
    public void close() {
        watches.close();
        engine.close();
        changes.close();
        executor.shutdown();
    }
}
