// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A segment that this JVM has open. Its calls fail with [CallFailed] as `libkrg.h` says, and with
/// [IllegalStateException] once it is closed. Safe for use by several threads; nobody may use it
/// any more when it is closed.
///
/// Locks, barriers and words are named by numbers of your choice below 2^63. They are not in the
/// memory, and each call costs an agreement of the nodes: share data by pages, and synchronise once
/// for much of it. Locks belong to threads of the system, so not to virtual ones.
public final class SharedSegment implements AutoCloseable {
    private static final int LAST_TO_COME = -1;
    private static final int EBUSY = 16;

    private final SegmentCalls calls;
    private @Nullable MemorySegment handle;
    private @Nullable Arena mapped;

    SharedSegment(MemorySegment handle, SegmentCalls calls) {
        this.handle = handle;
        this.calls = calls;
    }

    /// {@return a multiple of 4096}
    public long sizeBytes() {
        return LibKrg.require(
                "krg_segment_size", state -> (long) calls.size.invokeExact(state, handle()));
    }

    /// {@return its number; no other segment ever has it}
    public long id() {
        return LibKrg.require(
                "krg_segment_id", state -> (long) calls.id.invokeExact(state, handle()));
    }

    /// Maps it: what one node stores the others load, sequentially consistent between nodes.
    /// Touching a page whose only copy was lost with a node is an [InternalError].
    ///
    /// @return all of it, until it is unmapped
    public synchronized MemorySegment map() {
        var size = sizeBytes();
        var address =
                LibKrg.requirePointer(
                        "krg_segment_map",
                        state ->
                                (MemorySegment)
                                        calls.map.invokeExact(state, handle(), MemorySegment.NULL));
        var arena = Arena.ofShared();
        mapped = arena;
        return reach(address, size, arena);
    }

    @SuppressWarnings("restricted") // it is as long as the library says
    private static MemorySegment reach(MemorySegment address, long size, Arena arena) {
        return address.reinterpret(size, arena, null);
    }

    /// Takes the mapping away; what was written stays in the segment, and who touches the memory
    /// gets an [IllegalStateException].
    public synchronized void unmap() {
        endMapping();
        LibKrg.perform(
                "krg_segment_unmap", state -> (int) calls.unmap.invokeExact(state, handle()));
    }

    private void endMapping() {
        if (mapped != null) {
            mapped.close();
            mapped = null;
        }
    }

    /// Says how a part is going to be read on this node; offset and length are multiples of 4096.
    public void advise(long offset, long length, Advice advice) {
        LibKrg.perform(
                "krg_segment_advise",
                state ->
                        (int)
                                calls.advise.invokeExact(
                                        state, handle(), offset, length, advice.number()));
    }

    /// Fetches a part before it is read; does not wait for it. The first 8 MiB of it at most.
    public void prefetch(long offset, long length) {
        advise(offset, length, Advice.WILL_NEED);
    }

    /// Writes a part of a segment that is a file to the file; offset and length are multiples of
    /// 4096. When it returns, what anybody stored before survives a crash of the file's node.
    public void sync(long offset, long length) {
        LibKrg.perform(
                "krg_segment_sync",
                state -> (int) calls.sync.invokeExact(state, handle(), offset, length));
    }

    /// Waits for a mutex.
    public HeldLock lock(long mutex) {
        return held("krg_mutex_lock", calls.lock, mutex, "krg_mutex_unlock", calls.unlock);
    }

    /// {@return the mutex if nobody has it}
    public Optional<HeldLock> tryLock(long mutex) {
        try {
            return Optional.of(
                    held(
                            "krg_mutex_trylock",
                            calls.tryLock,
                            mutex,
                            "krg_mutex_unlock",
                            calls.unlock));
        } catch (CallFailed failed) {
            if (failed.errno() == EBUSY) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    /// Waits for a lock to read.
    public HeldLock readLock(long lock) {
        return held(
                "krg_rwlock_rdlock",
                calls.readLock,
                lock,
                "krg_rwlock_unlock",
                calls.unlockReadWrite);
    }

    /// Waits for a lock to write.
    public HeldLock writeLock(long lock) {
        return held(
                "krg_rwlock_wrlock",
                calls.writeLock,
                lock,
                "krg_rwlock_unlock",
                calls.unlockReadWrite);
    }

    private HeldLock held(
            String name, MethodHandle call, long number, String endName, MethodHandle end) {
        requireThread();
        var error = SegmentCalls.object(call, handle(), number);
        if (error != 0 && error != HeldLock.OWNER_DEAD) {
            throw new CallFailed(name, error);
        }
        return new HeldLock(
                error == HeldLock.OWNER_DEAD,
                () -> require("krg_mutex_consistent", calls.consistent, number),
                () -> require(endName, end, number));
    }

    private void require(String name, MethodHandle call, long number) {
        var error = SegmentCalls.object(call, handle(), number);
        if (error != 0) {
            throw new CallFailed(name, error);
        }
    }

    /// Waits until so many threads wait, of all nodes.
    ///
    /// @return whether this one was chosen among them
    public boolean arrive(long barrier, int parties) {
        requireThread();
        var error =
                LibKrg.call(
                        state -> (int) calls.arrive.invokeExact(state, handle(), barrier, parties));
        if (error != 0 && error != LAST_TO_COME) {
            throw new CallFailed("krg_barrier_wait", error);
        }
        return error == LAST_TO_COME;
    }

    /// {@return a word of 64 bits, 0 at first}
    public SharedWord word(long number) {
        return new SharedWord(calls, this::handle, number);
    }

    private static void requireThread() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("locks and barriers are for platform threads");
        }
    }

    private synchronized MemorySegment handle() {
        if (handle == null) {
            throw new IllegalStateException("the segment is closed");
        }
        return handle;
    }

    /// Unmaps it if it is mapped. Locks that are still held by it count as abandoned.
    @Override
    public synchronized void close() {
        if (handle != null) {
            endMapping();
            var closing = handle;
            handle = null;
            LibKrg.perform(
                    "krg_segment_close",
                    state -> {
                        calls.close.invokeExact(state, closing);
                        return 0;
                    });
        }
    }
}
