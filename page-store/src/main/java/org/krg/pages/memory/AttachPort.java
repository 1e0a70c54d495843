// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.krg.linux.Descriptor;
import org.krg.linux.Epoll;
import org.krg.linux.LinuxException;
import org.krg.linux.PacketConnection;
import org.krg.linux.PacketListener;
import org.krg.pages.engine.SyncEngine;
import org.krg.pages.engine.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where processes of this node ask for segments: a unix socket, and the thread that owns it.
///
/// A process is let go of when it ends, even if a child of it still holds its descriptors.
public final class AttachPort implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AttachPort.class);
    private static final long LISTENER = 0;

    private final PacketListener listener;
    private final SegmentDoor door;
    private final FaultLoop faults = FaultLoop.start();
    private final Epoll epoll = Epoll.open();
    private final Map<Long, AttachedClient> clients = new HashMap<>();
    private final SyncDoor sync;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private long lastTag;
    private volatile boolean stopped;

    private AttachPort(PacketListener listener, SegmentDoor door, SyncEngine sync) {
        this.listener = listener;
        this.door = door;
        this.sync = new SyncDoor(sync, epoll, this::nextTag, this::post);
        this.thread = Thread.ofPlatform().name("page-attach").daemon().unstarted(this::run);
    }

    /// Listens at a path that nothing has yet.
    ///
    /// @throws LinuxException if that is impossible
    public static AttachPort open(Path socket, SegmentDoor door, SyncEngine sync) {
        var port = new AttachPort(PacketListener.listen(socket), door, sync);
        letEverybodyConnect(socket);
        port.epoll.add(port.listener.descriptor(), LISTENER);
        port.thread.start();
        return port;
    }

    /// What a user may do is looked at with each request.
    private static void letEverybodyConnect(Path socket) {
        try {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void run() {
        while (!stopped) {
            for (var tag : epoll.await()) {
                if (tag == LISTENER) {
                    listener.accept().ifPresent(this::admit);
                } else if (!sync.ended(tag)) {
                    serve(tag);
                }
            }
            for (var task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
        List.copyOf(clients.values()).forEach(this::release);
        sync.close();
    }

    /// A client has two tags: the even one of its connection, and the next one of its process.
    private void admit(PacketConnection connection) {
        var client = new AttachedClient(nextTag(), connection, door, faults, sync);
        clients.put(client.tag(), client);
        epoll.add(connection.descriptor(), client.tag());
        epoll.add(client.process(), client.tag() + 1);
    }

    private long nextTag() {
        lastTag += 2;
        return lastTag;
    }

    /// Has the thread of the port do something soon; nothing once it is closed.
    private void post(Runnable task) {
        synchronized (tasks) {
            if (!stopped) {
                tasks.add(task);
                epoll.wakeUp();
            }
        }
    }

    private void serve(long tag) {
        var client = clients.get(tag & ~1L);
        if (client == null) {
            return;
        }
        try {
            var ended = tag % 2 == 1;
            if (ended || !client.serve()) {
                release(client);
            }
        } catch (LinuxException failure) {
            log.warn("process let go peer={} reason={}", client.peer(), failure.getMessage());
            release(client);
        }
    }

    private void release(AttachedClient client) {
        clients.remove(client.tag());
        for (Descriptor descriptor : List.of(client.connection(), client.process())) {
            epoll.remove(descriptor);
        }
        client.close();
    }

    /// Lets go of every process. Those that touch a page that is not here stand still.
    @Override
    public void close() {
        synchronized (tasks) {
            if (stopped) {
                return;
            }
            stopped = true;
            epoll.wakeUp();
        }
        Threads.join(thread);
        faults.close();
        epoll.close();
        listener.close();
    }
}
