// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.krg.linux.Epoll;
import org.krg.linux.LinuxException;
import org.krg.linux.PacketConnection;
import org.krg.linux.PacketListener;
import org.krg.pages.codec.AttachError;
import org.krg.pages.engine.SyncEngine;
import org.krg.pages.engine.SyncProcess;
import org.krg.pages.engine.Threads;
import org.krg.pages.model.Attachment;
import org.krg.state.ThreadLost;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where processes of this node ask for segments: the thread that serves who connects to a unix
/// socket. Whoever connects before one is open waits for it.
///
/// A process is let go of when it ends, even if a child of it still holds its descriptors.
public final class AttachPort implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AttachPort.class);
    private static final long LISTENER = 0;

    /// A process that has moved opens its segments within this time of its end here.
    private static final Duration GRACE = Duration.ofSeconds(30);

    /// The thread may be opening a segment, which the cluster has to agree on.
    private static final Duration ASK_LIMIT = Duration.ofSeconds(30);

    private final Entrance entrance;
    private final SegmentDoor door;
    private final FaultLoop faults = FaultLoop.start();
    private final MemoryLease lease = new MemoryLease();
    private final Epoll epoll = Epoll.open();
    private final Map<Long, AttachedClient> clients = new HashMap<>();
    private final SyncDoor sync;
    private final ProgramCheckpoints checkpoints;

    /// What processes are to be told that are about to begin anew, by their pids.
    private final Map<Integer, AttachError> saved = new HashMap<>();

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private long lastTag;
    private volatile boolean stopped;

    /// Whether the agent ends, and another one is to come.
    private volatile boolean isLeaving;

    /// Processes that are let in by the next agent only.
    private final Set<Integer> dismissed = new HashSet<>();

    /// Processes that have shared memory.
    ///
    /// @param attendants those that can give it back
    /// @param strangers those that cannot
    record Group(List<Attendant> attendants, List<Integer> strangers) {
        boolean isEmpty() {
            return attendants.isEmpty() && strangers.isEmpty();
        }
    }

    private AttachPort(
            PacketListener listener,
            SegmentDoor door,
            SyncEngine sync,
            ProgramCheckpoints checkpoints) {
        this.checkpoints = checkpoints;
        this.entrance = new Entrance(listener, epoll, LISTENER, this::post, Entrance.share());
        this.door = door;
        this.sync = new SyncDoor(sync, epoll, this::nextTag, this::post);
        this.thread =
                Thread.ofPlatform()
                        .name("page-attach")
                        .daemon()
                        .unstarted(ThreadLost.told(this::run));
    }

    /// Lets processes connect: any user's, since what a user may do is looked at with each request.
    ///
    /// @param socket what an agent before has left there is replaced
    /// @throws LinuxException if that is impossible
    /// @throws IOException if that is impossible
    public static PacketListener listen(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        var listener = PacketListener.listen(socket);
        Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
        return listener;
    }

    /// Serves who connects, and who has connected. Nobody gets a page before [#renew].
    ///
    /// @param listener stays open, and its owner's
    /// @param checkpoints takes those that programs ask for
    public static AttachPort open(
            PacketListener listener,
            SegmentDoor door,
            SyncEngine sync,
            ProgramCheckpoints checkpoints) {
        var port = new AttachPort(listener, door, sync, checkpoints);
        port.entrance.open();
        port.thread.start();
        return port;
    }

    private void run() {
        while (!stopped) {
            for (var tag : epoll.await()) {
                if (tag == LISTENER) {
                    entrance.take(this::admit);
                } else if (!sync.ended(tag)) {
                    serve(tag);
                }
            }
            for (var task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
        }
        Consumer<SegmentId> released = isLeaving ? _ -> {} : door::released;
        List.copyOf(clients.values()).forEach(client -> release(client, released));
        sync.close();
    }

    /// The node holds its lease, and none of its pages can have become another's without its
    /// knowing: programs may use them until then. Once that has passed whoever touches one stands
    /// still until the next renewal.
    ///
    /// @param until on the clock of [org.krg.linux.Boottime]
    public void renew(Duration until) {
        if (lease.renew(until)) {
            faults.wakeAll();
        }
    }

    /// A client has two tags: the even one of its connection, and the next one of its process.
    private void admit(PacketConnection connection) {
        var client =
                new AttachedClient(
                        nextTag(), connection, door, faults, lease, sync, new Attending());
        if (dismissed.contains(client.peer().pid()) || !entrance.enter(client.peer())) {
            client.close(_ -> {});
            return;
        }
        try {
            epoll.add(connection.descriptor(), client.tag());
            epoll.add(client.process(), client.tag() + 1);
        } catch (LinuxException failure) {
            client.close(_ -> {});
            entrance.leave(client.peer());
            throw failure;
        }
        clients.put(client.tag(), client);
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
                end(client, ended);
            }
        } catch (LinuxException failure) {
            letGo(client, String.valueOf(failure.getMessage()));
        }
    }

    private void letGo(AttachedClient client, String reason) {
        log.warn("process let go peer={} reason={}", client.peer(), reason);
        end(client, false);
    }

    private void end(AttachedClient client, boolean isOver) {
        var attendant = client.attendant();
        if (!isOver && attendant.filter(Attendant::isDetached).isPresent()) {
            // The process is known until it begins anew, or ends.
            epoll.remove(client.connection());
            attendant.get().ended();
            return;
        }
        if (isOver) {
            saved.remove(client.peer().pid());
        }
        var keeper = isOver ? Optional.<Attendant>empty() : keeper(client.peer().pid());
        release(
                client,
                segment ->
                        keeper.ifPresentOrElse(
                                it -> it.keep(segment), () -> door.released(segment)));
        attendant.ifPresent(it -> it.kept().forEach(this::releaseLater));
    }

    private Optional<Attendant> keeper(int pid) {
        return attendants().filter(it -> it.pid() == pid && it.isKeeping()).findFirst();
    }

    private Stream<Attendant> attendants() {
        return clients.values().stream().flatMap(client -> client.attendant().stream());
    }

    /// Where its process has gone on it has a moment to open it.
    private void releaseLater(SegmentId segment) {
        CompletableFuture.delayedExecutor(GRACE.toSeconds(), TimeUnit.SECONDS)
                .execute(() -> door.released(segment));
    }

    private final class Attending implements AttachedClient.Attending {
        @Override
        public void begins(AttachedClient client) {
            AttachPort.this.begins(client);
            // The answer to this packet goes before.
            post(() -> client.attendant().ifPresent(AttachPort.this::tell));
        }

        @Override
        public void asksToBeSaved(AttachedClient client) {
            var pid = client.peer().pid();
            var _ =
                    checkpoints
                            .take(pid)
                            .exceptionally(_ -> AttachError.EIO)
                            .thenAccept(outcome -> post(() -> tell(pid, outcome)));
        }

        @Override
        public void breaks(AttachedClient client, String reason) {
            post(() -> {
                if (clients.get(client.tag()) == client) {
                    letGo(client, reason);
                }
            });
        }
    }

    /// Its connection is another one by now, or will be.
    private void tell(int pid, AttachError outcome) {
        saved.put(pid, outcome);
        attendants()
                .filter(it -> it.pid() == pid && !it.isKeeping() && !it.isGone())
                .findFirst()
                .ifPresent(this::tell);
    }

    private void tell(Attendant attendant) {
        var outcome = attendant.isGone() ? null : saved.remove(attendant.pid());
        if (outcome != null) {
            attendant.saved(outcome);
        }
    }

    /// A process has opened again what it had given back.
    private void begins(AttachedClient client) {
        for (var before : List.copyOf(clients.values())) {
            var gone = before.attendant().filter(Attendant::isGone);
            if (gone.isPresent() && before.peer().pid() == client.peer().pid()) {
                gone.get().kept().forEach(door::released);
                release(before, door::released);
            }
        }
    }

    private void release(AttachedClient client, Consumer<SegmentId> released) {
        clients.remove(client.tag());
        if (client.attendant().filter(Attendant::isGone).isEmpty()) {
            epoll.remove(client.connection());
        }
        epoll.remove(client.process());
        client.close(released);
        entrance.leave(client.peer());
    }

    /// {@return the processes of this node that have shared memory, each with whether it can be
    /// taken away now: not before they have asked for all that they need, at first or again}
    public Map<Integer, Boolean> processes() {
        return ask(() -> {
            var all = new HashMap<Integer, Boolean>();
            clients.values().forEach(it -> all.put(it.peer().pid(), false));
            attendants().filter(it -> !it.isKeeping()).forEach(it -> all.put(it.pid(), true));
            return all;
        });
    }

    /// {@return the segments that processes have open, in order, each once}
    public List<SegmentId> opened(Set<Integer> pids) {
        return ask(() ->
                clients.values().stream()
                        .filter(client -> pids.contains(client.peer().pid()))
                        .flatMap(client -> client.segment().stream())
                        .distinct()
                        .sorted()
                        .toList());
    }

    /// {@return the processes that have a segment, by their pids}
    public List<Attachment> attachments(SegmentId segment) {
        return ask(() -> Attachments.of(segment, clients.values())).stream()
                .map(Attachments::seen)
                .toList();
    }

    /// Takes their shared memory away from processes, so that they can be saved: nothing of it is
    /// left in them but the addresses, where nobody may touch anything, and their threads stand
    /// still. They get it again, from the agent that listens at the socket then, when the file
    /// `still` is gone. Blocks; does nothing for processes without shared memory.
    ///
    /// @param pids asked several times: there may be new ones
    /// @param still the socket as these processes name it, and `.still`
    /// @param limit how long it is tried again when a process cannot be detached
    /// @throws DetachRefused if one cannot be; none is then
    public void detach(Supplier<Set<Integer>> pids, Path still, Duration limit)
            throws DetachRefused {
        new Detaching(this, pids, new StillFile(still)).run(limit);
    }

    /// Takes their shared memory away from all processes, so that none of them notices that the
    /// agent ends: they stand still until the next agent lets them in. Only [#close] may come after
    /// it, and tells nobody that handles are closed: they are open at the next agent. Blocks.
    ///
    /// @param limit how long a process may hold a lock or the like; who holds it longer is let go
    ///   of as if the agent had been killed
    public void leave(Duration limit) {
        isLeaving = true;
        new Leaving(this).run(limit);
    }

    /// {@return all processes that have something of a segment}
    public Set<Integer> connected() {
        return ask(() ->
                clients.values().stream()
                        .filter(AttachedClient::hasSegment)
                        .map(client -> client.peer().pid())
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /// Lets these processes in no more, and no others.
    void dismiss(Set<Integer> pids) {
        perform(() -> {
            dismissed.clear();
            dismissed.addAll(pids);
        });
    }

    /// {@return the segments that processes had open when they were detached, with how many handles
    /// each}
    public SortedMap<SegmentId, Integer> kept(Set<Integer> pids) {
        return ask(() -> {
            var kept = new TreeMap<SegmentId, Integer>();
            attendants()
                    .filter(it -> it.isDetached() && pids.contains(it.pid()))
                    .flatMap(it -> it.kept().stream())
                    .forEach(segment -> kept.merge(segment, 1, Integer::sum));
            return kept;
        });
    }

    /// {@return whether a program among those that were detached was called back before, and
    /// agreed}
    public boolean haveAgreed(Set<Integer> pids) {
        return ask(() ->
                attendants()
                        .anyMatch(it ->
                                it.isDetached() && it.hasAgreed() && pids.contains(it.pid())));
    }

    Group group(Set<Integer> pids) {
        return ask(() -> {
            var able = attendants().filter(it -> pids.contains(it.pid()) && !it.isGone()).toList();
            var strangers =
                    clients.values().stream()
                            .filter(it -> it.attendant().isEmpty())
                            .map(it -> it.peer().pid())
                            .filter(pid ->
                                    pids.contains(pid)
                                            && able.stream().noneMatch(it -> it.pid() == pid))
                            .distinct()
                            .toList();
            return new Group(able, strangers);
        });
    }

    /// {@return what keeps processes from being detached as long as they hold it, and they have
    /// held all that time; whoever holds a lock now and then is not among them} Blocks.
    ///
    /// @param limit how long it is looked at
    public List<HeldObject> kept(Supplier<Set<Integer>> pids, Duration limit) {
        return new LongHeld(() -> heldLong(pids.get())).during(limit);
    }

    private List<CompletableFuture<List<HeldObject>>> heldLong(Set<Integer> pids) {
        return ask(() -> sync.held(pids, SyncProcess::kept));
    }

    List<CompletableFuture<List<HeldObject>>> held(Set<Integer> pids) {
        return ask(() -> sync.held(pids, SyncProcess::held));
    }

    /// Has the thread of the port do something, and waits for it.
    void perform(Runnable task) {
        var _ =
                ask(() -> {
                    task.run();
                    return true;
                });
    }

    private <T> T ask(Supplier<T> question) {
        var answer = new CompletableFuture<T>();
        post(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException failure) {
                answer.completeExceptionally(failure);
            }
        });
        return answer.orTimeout(ASK_LIMIT.toSeconds(), TimeUnit.SECONDS).join();
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
        lease.close();
        epoll.close();
    }
}
