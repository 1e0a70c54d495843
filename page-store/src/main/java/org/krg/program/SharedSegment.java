// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A segment that this JVM has open. Its calls fail with [CallFailed] as `libkrg.h` says, and with
/// [IllegalStateException] once it is closed. Safe for use by several threads.
///
/// Locks, barriers, conditions, semaphores, words and what is run once are named by numbers of your
/// choice below 2^63. They are not in the memory, and each call costs an agreement of the nodes:
/// share data by pages, and synchronise once for much of it. Locks belong to threads of the system,
/// so not to virtual ones. An interrupt does not end a wait.
public final class SharedSegment implements AutoCloseable {
    private static final int LAST_TO_COME = -1;

    /// `PROT_READ`, `PROT_WRITE`
    private static final int READ = 1;

    private static final int WRITE = 2;

    private final SegmentCalls calls;
    private final SegmentObjects objects;
    private final MemorySegment place;

    /// Is alive as long as the handle may be used, and cannot be closed while a call uses it.
    private final Arena lifetime = Arena.ofShared();

    private final MemorySegment handle;
    private @Nullable Arena mapped;
    private boolean isClosed;

    SharedSegment(MemorySegment place, SegmentCalls calls, ObjectCalls objects) {
        this.place = place;
        this.handle = reach(place, 0, lifetime);
        this.calls = calls;
        this.objects = new SegmentObjects(objects, this::handle);
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
        return mapAt(MemorySegment.NULL);
    }

    /// As [#map()], at an address, so that all processes can use the same ones.
    ///
    /// @param address of a page, where nothing is mapped
    public synchronized MemorySegment mapAt(MemorySegment address) {
        var mapping =
                LibKrg.requirePointer(
                        "krg_segment_map",
                        state -> (MemorySegment) calls.map.invokeExact(state, handle(), address));
        return mapped(mapping, sizeBytes());
    }

    /// As [#map()], a part; offset and length are multiples of 4096. One mapping at a time.
    public synchronized MemorySegment map(long offset, long length) {
        return mapPart(offset, length, READ | WRITE);
    }

    /// As [#map(long, long)], for who only reads.
    public synchronized MemorySegment mapReadOnly(long offset, long length) {
        return mapPart(offset, length, READ).asReadOnly();
    }

    private MemorySegment mapPart(long offset, long length, int protection) {
        var mapping =
                LibKrg.requirePointer(
                        "krg_segment_map_part",
                        state ->
                                (MemorySegment)
                                        calls.mapPart.invokeExact(
                                                state,
                                                handle(),
                                                MemorySegment.NULL,
                                                0,
                                                length,
                                                offset,
                                                protection));
        return mapped(mapping, length);
    }

    private MemorySegment mapped(MemorySegment address, long size) {
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
        return objects.lock("krg_mutex_lock", objects.calls().lock, objects.mutex(), mutex);
    }

    /// {@return the mutex if nobody has it}
    public Optional<HeldLock> tryLock(long mutex) {
        return objects.tryLock(
                "krg_mutex_trylock", objects.calls().tryLock, objects.mutex(), mutex);
    }

    /// {@return the mutex if this thread gets it in time}
    public Optional<HeldLock> tryLock(long mutex, Duration patience) {
        return objects.tryLock(
                "krg_mutex_timedlock", objects.calls().timedLock, objects.mutex(), mutex, patience);
    }

    /// Waits for a lock to read.
    public HeldLock readLock(long lock) {
        return objects.lock(
                "krg_rwlock_rdlock", objects.calls().readLock, objects.readWriteLock(), lock);
    }

    /// {@return a lock to read, if nobody writes or waits}
    public Optional<HeldLock> tryReadLock(long lock) {
        return objects.tryLock(
                "krg_rwlock_tryrdlock", objects.calls().tryReadLock, objects.readWriteLock(), lock);
    }

    /// {@return a lock to read, if this thread gets it in time}
    public Optional<HeldLock> tryReadLock(long lock, Duration patience) {
        return objects.tryLock(
                "krg_rwlock_timedrdlock",
                objects.calls().timedReadLock,
                objects.readWriteLock(),
                lock,
                patience);
    }

    /// Waits for a lock to write.
    public HeldLock writeLock(long lock) {
        return objects.lock(
                "krg_rwlock_wrlock", objects.calls().writeLock, objects.readWriteLock(), lock);
    }

    /// {@return a lock to write, if nobody has it or waits}
    public Optional<HeldLock> tryWriteLock(long lock) {
        return objects.tryLock(
                "krg_rwlock_trywrlock",
                objects.calls().tryWriteLock,
                objects.readWriteLock(),
                lock);
    }

    /// {@return a lock to write, if this thread gets it in time}
    public Optional<HeldLock> tryWriteLock(long lock, Duration patience) {
        return objects.tryLock(
                "krg_rwlock_timedwrlock",
                objects.calls().timedWriteLock,
                objects.readWriteLock(),
                lock,
                patience);
    }

    /// Waits until so many threads wait, of all nodes.
    ///
    /// @return whether this one was chosen among them
    public boolean arrive(long barrier, int parties) {
        SegmentObjects.requireThread();
        var calls = objects.calls();
        var error =
                LibKrg.call(
                        state -> (int) calls.arrive.invokeExact(state, handle(), barrier, parties));
        if (error != LAST_TO_COME) {
            CallFailed.check("krg_barrier_wait", error);
        }
        return error == LAST_TO_COME;
    }

    /// {@return where threads wait without a mutex that they hold}
    public SharedCondition condition(long number) {
        return new SharedCondition(objects, number);
    }

    /// {@return a counting semaphore, 0 at first}
    public SharedSemaphore semaphore(long number) {
        return new SharedSemaphore(objects, number);
    }

    /// Does 1 to 500 steps on semaphores at once, however long it takes until they can be done.
    public void adjust(List<SemaphoreStep> steps) {
        new SemaphoreCalls(objects).adjust(steps);
    }

    /// {@return whether all the steps could be done at once, and so were}
    public boolean tryAdjust(List<SemaphoreStep> steps) {
        return new SemaphoreCalls(objects).tryAdjust(steps);
    }

    /// {@return whether all the steps were done at once in time}
    public boolean tryAdjust(List<SemaphoreStep> steps, Duration patience) {
        return new SemaphoreCalls(objects).tryAdjust(steps, patience);
    }

    /// Has a function run to its end by one of all who ask for it by this number, on any node; the
    /// others wait until it has been. One that throws, or whose thread ends, is followed by the
    /// next caller: what it stored until then may be there.
    ///
    /// @return whether it was this thread that ran it
    public boolean once(long number, Runnable function) {
        return Once.run(objects, number, function);
    }

    /// {@return a word of 64 bits, 0 at first}
    public SharedWord word(long number) {
        return new SharedWord(objects, number);
    }

    /// Makes an object all zeros, whatever it was. Fails with 16, `EBUSY`, while somebody holds it
    /// or waits for it.
    public void reset(long number) {
        objects.require("krg_reset", objects.calls().reset, number);
    }

    private MemorySegment handle() {
        if (!lifetime.scope().isAlive()) {
            throw new IllegalStateException("the segment is closed");
        }
        return handle;
    }

    /// Unmaps it if it is mapped. Locks that are still held by it count as abandoned.
    ///
    /// @throws IllegalStateException while another thread is in one of its calls, as who waits for
    ///   a lock is: it stays open then
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        if (lifetime.scope().isAlive()) {
            lifetime.close();
        }
        endMapping();
        isClosed = true;
        LibKrg.perform(
                "krg_segment_close",
                state -> {
                    calls.close.invokeExact(state, place);
                    return 0;
                });
    }
}
