// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.zookeeper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.Version;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Done;
import org.krg.jepsen.bench.load.Waiting;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.state.model.HostPort;

/// A session with a server. Its monitor makes calls back come one at a time.
public final class ZooKeeperConnection implements Connection {
    private static final Duration SESSION = Duration.ofSeconds(30);
    private static final int POOL_BYTES = 1 << 20;
    private static final String KEYS = "/bench";
    private static final String MARKS = "/watch";

    /// Keys that are marked, from 0 on.
    private static final int MARKED = 8;

    private static final byte[] NOTHING = {};

    private final HostPort server;
    private final ZooKeeper session;
    private final SplittableRandom random = new SplittableRandom();
    private final byte[] pool = new byte[POOL_BYTES];
    private final int valueBytes;
    private final ConcurrentLinkedQueue<ZooKeeper> watching = new ConcurrentLinkedQueue<>();

    private ZooKeeperConnection(HostPort server, ZooKeeper session, int valueBytes) {
        this.server = server;
        this.session = session;
        this.valueBytes = valueBytes;
        random.nextBytes(pool);
    }

    /// Connects, and blocks until the session is there.
    public static ZooKeeperConnection open(HostPort server, int valueBytes)
            throws InterruptedException {
        var connected = new CompletableFuture<Void>();
        var session =
                session(
                        server,
                        event -> {
                            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                                connected.complete(null);
                            }
                        });
        try {
            Waiting.on(connected, SESSION);
            return new ZooKeeperConnection(server, session, valueBytes);
        } catch (CampaignFailed failed) {
            session.close();
            throw failed;
        }
    }

    private static ZooKeeper session(HostPort server, Watcher watcher) {
        try {
            return new ZooKeeper(server.toString(), (int) SESSION.toMillis(), watcher);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// {@return the version of the client and of the servers that are started from its jar}
    public static String version() {
        return Version.getVersion();
    }

    /// Makes what keys are in, once for a cluster.
    public void prepare() throws InterruptedException {
        var nodes = new ArrayList<Op>();
        nodes.add(create(KEYS, NOTHING));
        nodes.add(create(MARKS, NOTHING));
        for (var i = 0; i < MARKED; i++) {
            nodes.add(create(MARKS + "/" + i, NOTHING));
        }
        var pending = Waiting.pending();
        multi(nodes, pending);
        Waiting.on(pending.future(), Waiting.CALL);
    }

    @Override
    public synchronized void execute(Runnable task) {
        task.run();
    }

    @Override
    public void executeAfter(Duration pause, Runnable task) {
        CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS)
                .execute(() -> execute(task));
    }

    @Override
    public void put(long key, Done done) {
        session.setData(path(key), value(), -1, (code, _, _, _) -> answered(code, done), null);
    }

    /// A server answers from what it knows; `sync` before it lets it know all. Both are sent at
    /// once: a session's calls are served in order.
    @Override
    public void get(long key, Done done) {
        var path = path(key);
        session.sync(path, (_, _, _) -> {}, null);
        session.getData(
                path,
                false,
                (code, _, _, data, _) ->
                        answered(
                                code == Code.OK.intValue() && data.length != valueBytes
                                        ? Code.NONODE.intValue()
                                        : code,
                                done),
                null);
    }

    @Override
    public void create(long first, int count, Done done) {
        var nodes = new ArrayList<Op>();
        for (var i = 0; i < count; i++) {
            nodes.add(create(path(first + i), value()));
        }
        multi(nodes, done);
    }

    private static Op create(String path, byte[] value) {
        return Op.create(path, value, Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private void multi(List<Op> operations, Done done) {
        session.multi(operations, (code, _, _, _) -> answered(code, done), null);
    }

    @Override
    public void mark(int key, Done done) {
        session.setData(
                MARKS + "/" + key, value(), -1, (code, _, _, _) -> answered(code, done), null);
    }

    /// A server tells a session of a change once, however many watchers it has: each has its own.
    @Override
    public void watch(IntConsumer seen, Done done) {
        var ready = new CompletableFuture<ZooKeeper>();
        var each =
                session(
                        server,
                        event -> {
                            if (event.getType() == Watcher.Event.EventType.None) {
                                begin(event, ready, seen, done);
                            }
                        });
        watching.add(each);
        ready.complete(each);
    }

    private void begin(
            WatchedEvent event, CompletableFuture<ZooKeeper> ready, IntConsumer seen, Done done) {
        if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
            ready.thenAccept(it ->
                            it.addWatch(
                                    MARKS,
                                    change -> tell(change, seen),
                                    AddWatchMode.PERSISTENT_RECURSIVE,
                                    (code, _, _) -> answered(code, done),
                                    null))
                    .exceptionally(failed -> {
                        done.done(failed.toString());
                        return null;
                    });
        }
    }

    private static void tell(WatchedEvent change, IntConsumer seen) {
        if (change.getType() == Watcher.Event.EventType.NodeDataChanged) {
            var path = change.getPath();
            seen.accept(path.charAt(path.length() - 1) - '0');
        }
    }

    private synchronized void answered(int code, Done done) {
        done.done(code == Code.OK.intValue() ? null : String.valueOf(Code.get(code)));
    }

    private static String path(long key) {
        return KEYS + "/" + key;
    }

    private byte[] value() {
        var value = new byte[valueBytes];
        System.arraycopy(pool, random.nextInt(POOL_BYTES - valueBytes), value, 0, valueBytes);
        return value;
    }

    @Override
    public void close() {
        try {
            for (var each : watching) {
                each.close();
            }
            session.close();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
