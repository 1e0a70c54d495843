// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Optional;
import org.krg.state.command.Refusal;
import org.krg.state.model.SegmentId;
import org.krg.state.model.SegmentKey;
import org.krg.state.model.SyncAnswer;
import org.krg.state.model.SyncId;
import org.krg.state.model.SyncRequest;
import org.krg.state.model.SyncRequest.Adjust;
import org.krg.state.model.SyncRequest.Change;
import org.krg.state.model.SyncRequest.Step;
import org.krg.state.model.SyncResult;

/// What threads that synchronise and the agent say to each other, one packet each: `struct
/// sync_request` of `sync.c`, and the answer of [AttachCodec] with the value where a size is.
public final class SyncPacketCodec {
    /// The kind of these packets, beside those of [AttachCodec].
    static final int SYNC = 16;

    /// `struct sync_request { uint32_t version; uint32_t kind; uint32_t operation; uint32_t count;
    /// uint64_t object; uint64_t other; uint64_t first; uint64_t second; struct step steps[]; }`
    static final int HEADER_BYTES = 48;

    /// `struct step { uint64_t semaphore; int32_t amount; uint32_t flags; }`
    static final int STEP_BYTES = 16;

    private static final int NO_WAIT = 1;
    private static final int UNDO = 2;

    /// `PTHREAD_BARRIER_SERIAL_THREAD`
    private static final int SERIAL_THREAD = -1;

    /// `CHOSEN` of `sync.h`
    private static final int CHOSEN = -2;

    private static final int EPERM = 1;
    private static final int EAGAIN = 11;
    private static final int EBUSY = 16;
    private static final int EINVAL = 22;
    private static final int ENOSPC = 28;
    private static final int ERANGE = 34;
    private static final int EDEADLK = 35;
    private static final int EIDRM = 43;
    private static final int ETIMEDOUT = 110;
    private static final int ESTALE = 116;
    private static final int EOWNERDEAD = 130;
    private static final int ENOTRECOVERABLE = 131;

    private SyncPacketCodec() {}

    /// {@return whether these bytes are about synchronisation, whatever they say}
    public static boolean isSync(byte[] packet) {
        return packet.length >= HEADER_BYTES && buffer(packet).getInt(4) == SYNC;
    }

    private static ByteBuffer buffer(byte[] packet) {
        return ByteBuffer.wrap(packet).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// {@return what a thread says about a segment; empty if it is nonsense}
    ///
    /// @param segment the one it has joined; any before
    public static Optional<SyncPacket> decode(SegmentId segment, byte[] packet) {
        var buffer = buffer(packet);
        var count = buffer.getInt(12);
        var object = buffer.getLong(16);
        var other = buffer.getLong(24);
        if (buffer.getInt(0) != AttachCodec.VERSION || object < 0 || other < 0) {
            return Optional.empty();
        }
        var id = new SyncId(segment, object);
        var first = buffer.getLong(32);
        var waits = (first & NO_WAIT) == 0;
        return switch (buffer.getInt(8)) {
            case 0 -> Optional.of(new SyncPacket.GiveUp());
            case 1 -> ask(new SyncRequest.Reset(id));
            case 2 -> ask(new SyncRequest.Lock(id, waits));
            case 3 -> ask(new SyncRequest.Unlock(id));
            case 4 -> ask(new SyncRequest.MakeConsistent(id));
            case 5 -> ask(new SyncRequest.RwLock(id, false, waits));
            case 6 -> ask(new SyncRequest.RwLock(id, true, waits));
            case 7 -> ask(new SyncRequest.RwUnlock(id));
            case 8 -> ask(new SyncRequest.Arrive(id, clamp(first)));
            case 9 -> ask(new SyncRequest.Await(id, new SyncId(segment, other)));
            case 10 -> ask(new SyncRequest.Wake(id, false));
            case 11 -> ask(new SyncRequest.Wake(id, true));
            case 12 -> adjust(segment, buffer, count);
            case 13 -> ask(new SyncRequest.SetSemaphore(id, clamp(first)));
            case 14 -> ask(new SyncRequest.ReadSemaphore(id));
            case 15 -> ask(new Change(id, Change.Kind.LOAD, 0, 0));
            case 16 -> ask(new Change(id, Change.Kind.ADD, first, 0));
            case 17 -> ask(new Change(id, Change.Kind.EXCHANGE, first, 0));
            case 18 -> ask(new Change(id, Change.Kind.COMPARE_AND_SWAP, first, buffer.getLong(40)));
            case 19 ->
                    Optional.of(
                            new SyncPacket.Join(
                                    new Which.Numbered(
                                            new SegmentId(object),
                                            new SegmentKey(first, buffer.getLong(40)))));
            case 20 -> ask(new SyncRequest.EnterOnce(id));
            case 21 -> ask(new SyncRequest.LeaveOnce(id, first != 0));
            default -> Optional.empty();
        };
    }

    private static int clamp(long value) {
        return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static Optional<SyncPacket> ask(SyncRequest request) {
        return Optional.of(new SyncPacket.Ask(request));
    }

    private static Optional<SyncPacket> adjust(SegmentId segment, ByteBuffer buffer, int count) {
        if (count < 1
                || count > Adjust.MOST_STEPS
                || buffer.capacity() != HEADER_BYTES + count * STEP_BYTES) {
            return Optional.empty();
        }
        var steps = new ArrayList<Step>();
        for (var at = HEADER_BYTES; at < buffer.capacity(); at += STEP_BYTES) {
            var semaphore = buffer.getLong(at);
            if (semaphore < 0) {
                return Optional.empty();
            }
            var flags = buffer.getInt(at + 12);
            steps.add(
                    new Step(
                            new SyncId(segment, semaphore),
                            buffer.getInt(at + 8),
                            (flags & NO_WAIT) == 0,
                            (flags & UNDO) != 0));
        }
        return ask(new Adjust(steps));
    }

    /// {@return the answer to a request}
    ///
    /// @param isSemaphore what is busy is `EAGAIN` for a semaphore and `EBUSY` for a lock
    public static byte[] encode(SyncAnswer answer, boolean isSemaphore) {
        return AttachCodec.encode(errno(answer.result(), isSemaphore), answer.value(), 0);
    }

    private static int errno(SyncResult result, boolean isSemaphore) {
        return switch (result) {
            case DONE -> 0;
            case LAST -> SERIAL_THREAD;
            case OWNER_DIED -> EOWNERDEAD;
            case BUSY -> isSemaphore ? EAGAIN : EBUSY;
            case TIMED_OUT -> ETIMEDOUT;
            case NOT_HELD -> EPERM;
            case DEADLOCK -> EDEADLK;
            case UNRECOVERABLE -> ENOTRECOVERABLE;
            case RANGE -> ERANGE;
            case INVALID -> EINVAL;
            case REMOVED -> EIDRM;
            case CHOSEN -> CHOSEN;
        };
    }

    /// {@return the answer to a request that the cluster refused}
    public static byte[] encode(Refusal refusal) {
        var errno =
                switch (refusal) {
                    case NOT_FOUND -> EIDRM;
                    case LIMIT -> ENOSPC;
                    case CONFLICT -> ESTALE;
                    default -> EINVAL;
                };
        return AttachCodec.encode(errno, 0, 0);
    }
}
