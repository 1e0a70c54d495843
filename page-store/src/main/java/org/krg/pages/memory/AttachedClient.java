// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.krg.linux.Descriptor;
import org.krg.linux.LinuxException;
import org.krg.linux.PacketConnection;
import org.krg.linux.PacketConnection.Packet;
import org.krg.linux.PacketConnection.Peer;
import org.krg.linux.PidFd;
import org.krg.linux.Userfaultfd;
import org.krg.pages.codec.AttachCodec;
import org.krg.pages.codec.AttachError;
import org.krg.pages.codec.AttachRequest;
import org.krg.pages.codec.ManageCodec;
import org.krg.pages.codec.ManageRequest;
import org.krg.pages.codec.SyncPacket;
import org.krg.pages.codec.SyncPacketCodec;
import org.krg.pages.codec.Which;
import org.krg.pages.engine.FaultSink;
import org.krg.pages.engine.PageMemory;
import org.krg.pages.engine.SyncThread;
import org.krg.pages.memory.SegmentDoor.Managed;
import org.krg.pages.memory.SegmentDoor.Opening;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;
import org.krg.state.model.SyncRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One handle of `libkrg` in one process: a connection, the segment it opened and its mapping.
/// Owned by the thread of the [AttachPort].
final class AttachedClient {
    private static final Logger log = LoggerFactory.getLogger(AttachedClient.class);

    private final long tag;
    private final PacketConnection connection;
    private final SegmentDoor door;
    private final FaultLoop faults;
    private final MemoryLease lease;
    private final Peer peer;
    private final PidFd process;
    private @Nullable Granted granted;
    private @Nullable Mapping mapping;
    private final SyncDoor sync;
    private @Nullable Joined joined;
    private final Attending attending;
    private @Nullable Attendant attendant;
    private boolean isClosed;

    /// Told of what concerns more than one connection.
    interface Attending {
        /// A process has asked for all that it needs.
        void begins(AttachedClient client);

        /// It asks for a checkpoint.
        void asksToBeSaved(AttachedClient client);

        /// Its process is to be let go of. Called by any thread.
        void breaks(AttachedClient client, String reason);
    }

    private record Granted(SegmentId segment, NodeMemory memory, FaultSink sink, SegmentKey key) {}

    private record Mapping(Granted of, AttachedProcess process, long tag) {}

    /// The connection is a thread's that synchronises.
    private record Joined(SegmentId segment, SyncThread thread) {}

    AttachedClient(
            long tag,
            PacketConnection connection,
            SegmentDoor door,
            FaultLoop faults,
            MemoryLease lease,
            SyncDoor sync,
            Attending attending) {
        this.tag = tag;
        this.connection = connection;
        this.door = door;
        this.faults = faults;
        this.lease = lease;
        this.sync = sync;
        this.attending = attending;
        this.peer = connection.peer();
        this.process = connection.peerProcess();
    }

    long tag() {
        return tag;
    }

    Peer peer() {
        return peer;
    }

    /// {@return what it has open, if this is the connection for that}
    Optional<SegmentId> segment() {
        return Optional.ofNullable(granted).map(Granted::segment);
    }

    /// {@return what its process has mapped through it}
    Optional<AttachedProcess> mapping() {
        return Optional.ofNullable(mapping).map(Mapping::process);
    }

    /// {@return by what its thread synchronises, if this is the connection for that}
    Optional<SegmentId> joined() {
        return Optional.ofNullable(joined).map(Joined::segment);
    }

    /// {@return whether it has opened a segment, or synchronises by one}
    boolean hasSegment() {
        return granted != null || joined != null;
    }

    /// {@return by what its process is detached, if this is the connection for that}
    Optional<Attendant> attendant() {
        return Optional.ofNullable(attendant);
    }

    Descriptor connection() {
        return connection.descriptor();
    }

    Descriptor process() {
        return process.descriptor();
    }

    /// Answers what the process has asked.
    ///
    /// @return false if it is gone
    boolean serve() {
        var received = connection.receive();
        if (received.isEmpty()) {
            return true;
        }
        return !received.get().isEnd() && serve(received.get());
    }

    private boolean serve(Packet packet) {
        if (SyncPacketCodec.isSync(packet.bytes())) {
            packet.descriptors().forEach(Descriptor::close);
            return synchronise(packet.bytes());
        }
        var asked = AttachCodec.decode(packet.bytes());
        var passed = packet.descriptors();
        if (asked.isPresent()
                && asked.get() instanceof AttachRequest.Map map
                && passed.size() == 1) {
            return answer(map(map, passed.getFirst()));
        }
        passed.forEach(Descriptor::close);
        return switch (asked.orElse(null)) {
            case null -> answer(AttachError.EPROTONOSUPPORT);
            case AttachRequest.Open open -> open(open);
            case AttachRequest.Map _ -> answer(AttachError.EINVAL);
            case AttachRequest.Unmap unmap -> answer(unmap(unmap));
            case AttachRequest.Attend _ -> answer(attend());
            case AttachRequest.Paused paused when attendant != null -> {
                attendant.paused(paused);
                yield true;
            }
            case AttachRequest.Detached _ when attendant != null -> {
                attendant.detached();
                yield true;
            }
            case AttachRequest.Sync request -> {
                var _ =
                        door.sync(request, peer)
                                .exceptionally(_ -> AttachError.EIO)
                                .thenAccept(error -> sync.post(() -> answerLater(error)));
                yield true;
            }
            case AttachRequest.Checkpoint _ when attendant != null -> {
                attending.asksToBeSaved(this);
                yield true;
            }
            case AttachRequest.Paused _, AttachRequest.Detached _, AttachRequest.Checkpoint _ ->
                    answer(AttachError.EINVAL);
            case ManageRequest.Resize resize -> {
                var _ =
                        door.resize(resize, peer)
                                .exceptionally(_ -> new Managed.Refused(AttachError.EIO))
                                .thenAccept(outcome -> sync.post(() -> answerLater(outcome)));
                yield true;
            }
            case ManageRequest manage -> answer(door.manage(manage, peer));
        };
    }

    private boolean open(AttachRequest.Open request) {
        if (granted != null) {
            return answer(AttachError.EINVAL);
        }
        return switch (door.open(request.which(), peer)) {
            case Opening.Refused refused -> answer(refused.reason());
            case Opening.Granted opening -> {
                var now =
                        new Granted(
                                opening.segment(),
                                opening.memory(),
                                opening.faults(),
                                opening.key());
                granted = now;
                yield give(now);
            }
        };
    }

    private boolean answer(Managed outcome) {
        return switch (outcome) {
            case Managed.Done(var segment) ->
                    connection.send(ManageCodec.encode(segment), List.of());
            case Managed.Refused(var reason) -> answer(reason);
        };
    }

    /// Who lacks the privilege for userfaultfd(2), as every program in a cell does, uses the
    /// device, which is root's.
    private boolean give(Granted of) {
        var memory = of.memory;
        var bytes = AttachCodec.opened(memory.sizeBytes(), of.segment, of.key);
        var device = Userfaultfd.device();
        try {
            return connection.send(
                    bytes,
                    Stream.concat(
                                    Stream.of(memory.descriptor(), lease.descriptor()),
                                    device.stream())
                            .toList());
        } finally {
            device.ifPresent(Descriptor::close);
        }
    }

    private AttachError attend() {
        if (granted != null || joined != null || attendant != null) {
            return AttachError.EBUSY;
        }
        attendant = new Attendant(peer.pid(), connection);
        attending.begins(this);
        return AttachError.NONE;
    }

    private AttachError map(AttachRequest.Map request, Descriptor passed) {
        var of = granted;
        if (of == null
                || mapping != null
                || !isPartOf(of.memory, request)
                || request.address() % PageMemory.PAGE_BYTES != 0) {
            passed.close();
            return mapping == null ? AttachError.EINVAL : AttachError.EBUSY;
        }
        var first = Math.toIntExact(request.offset() / PageMemory.PAGE_BYTES);
        var pages = Math.toIntExact(request.length() / PageMemory.PAGE_BYTES);
        var uffd = new Userfaultfd(passed);
        try {
            uffd.agree(Userfaultfd.SHARED_MEMORY_FEATURES);
            uffd.register(request.address(), request.length());
        } catch (LinuxException failure) {
            log.warn("mapping refused peer={} reason={}", peer, failure.getMessage());
            uffd.close();
            return AttachError.ENOSYS;
        }
        var attached =
                new AttachedProcess(
                        peer.pid(),
                        uffd,
                        new AttachedProcess.Place(request.address(), first, pages),
                        lease,
                        of.memory::nextPage,
                        reason -> attending.breaks(this, reason));
        of.memory.attach(attached);
        mapping = new Mapping(of, attached, faults.add(attached, of.sink));
        return AttachError.NONE;
    }

    private static boolean isPartOf(NodeMemory memory, AttachRequest.Map request) {
        return request.length() > 0
                && request.length() % PageMemory.PAGE_BYTES == 0
                && request.offset() >= 0
                && request.offset() <= memory.sizeBytes() - request.length();
    }

    private AttachError unmap(AttachRequest.Unmap request) {
        if (mapping == null || mapping.process.base() != request.address()) {
            return AttachError.EINVAL;
        }
        detach(mapping);
        return AttachError.NONE;
    }

    private void detach(Mapping gone) {
        mapping = null;
        faults.remove(gone.tag);
        gone.process.close();
        gone.of.memory.detach(gone.process);
    }

    private boolean synchronise(byte[] packet) {
        var segment = joined == null ? new SegmentId(0) : joined.segment;
        return switch (SyncPacketCodec.decode(segment, packet).orElse(null)) {
            case null -> answer(AttachError.EINVAL);
            case SyncPacket.Join(var which) -> answer(join(which));
            case SyncPacket.GiveUp _ when joined != null -> {
                joined.thread.giveUp();
                yield true;
            }
            case SyncPacket.Ask(var request) when joined != null -> ask(joined.thread, request);
            case SyncPacket.GiveUp _, SyncPacket.Ask _ -> answer(AttachError.EINVAL);
        };
    }

    private AttachError join(Which.Numbered segment) {
        var find = new ManageRequest.Find(segment);
        return switch (door.manage(find, peer)) {
            case Managed.Refused(var reason) -> reason;
            case Managed.Done _ when joined != null || granted != null -> AttachError.EBUSY;
            case Managed.Done(var found) -> {
                joined = new Joined(found.id(), sync.process(peer.pid(), connection).thread());
                yield AttachError.NONE;
            }
        };
    }

    /// @return false if the thread has not heard the answer before
    private boolean ask(SyncThread thread, SyncRequest request) {
        var isSemaphore = request instanceof SyncRequest.Adjust;
        return thread.ask(request, outcome -> sync.post(() -> answer(outcome, isSemaphore)));
    }

    private void answer(SyncThread.Outcome outcome, boolean isSemaphore) {
        if (!isClosed) {
            var bytes =
                    switch (outcome) {
                        case SyncThread.Outcome.Answered(var answer) ->
                                SyncPacketCodec.encode(answer, isSemaphore);
                        case SyncThread.Outcome.Refused(var why) -> SyncPacketCodec.encode(why);
                    };
            // Who does not take it is gone, and is let go of as such.
            var _ = connection.send(bytes, List.of());
        }
    }

    private void answerLater(AttachError error) {
        if (!isClosed) {
            // Who does not take it is gone, and is let go of as such.
            var _ = answer(error);
        }
    }

    private void answerLater(Managed outcome) {
        if (!isClosed) {
            // As above.
            var _ = answer(outcome);
        }
    }

    private boolean answer(AttachError error) {
        return connection.send(AttachCodec.encode(error), List.of());
    }

    /// Lets go of it.
    ///
    /// @param released is told of the segment that it had opened
    void close(Consumer<SegmentId> released) {
        isClosed = true;
        if (joined != null) {
            joined.thread.end();
        }
        if (mapping != null) {
            detach(mapping);
        }
        if (granted != null) {
            released.accept(granted.segment);
            granted = null;
        }
        if (attendant != null) {
            attendant.ended();
        }
        connection.close();
        process.close();
    }
}
