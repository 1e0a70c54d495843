// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.krg.linux.Descriptor;
import org.krg.linux.Memfd;
import org.krg.pages.coherence.Access;
import org.krg.pages.engine.PageMemory;
import org.krg.state.model.Invariant;

/// One segment on this node: a memfd and the processes that map it.
///
/// A page that the memory has and a process has not mapped is a fault too (minor), so that it is
/// never writable for one process while it is only readable for the node.
public final class NodeMemory implements PageMemory, AutoCloseable {
    private final Memfd memory;
    private volatile long sizeBytes;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment zeros = arena.allocate(PAGE_BYTES);
    private final List<AttachedProcess> processes = new CopyOnWriteArrayList<>();

    private NodeMemory(Memfd memory, long sizeBytes) {
        this.memory = memory;
        this.sizeBytes = sizeBytes;
    }

    /// Makes the memory of a segment, in which every page is absent.
    ///
    /// @param sizeBytes a multiple of the page size
    public static NodeMemory create(String segment, long sizeBytes) {
        return new NodeMemory(Memfd.create("krg-" + segment, sizeBytes), sizeBytes);
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /// Makes it at least so large. What is mapped already does not grow.
    public synchronized void grow(long wantedBytes) {
        if (wantedBytes > sizeBytes) {
            memory.grow(wantedBytes);
            sizeBytes = wantedBytes;
        }
    }

    Descriptor descriptor() {
        return memory.descriptor();
    }

    void attach(AttachedProcess process) {
        processes.add(process);
    }

    /// What the process wrote stays. Comes after the process was closed: until then its stores are
    /// to be stopped.
    void detach(AttachedProcess process) {
        processes.remove(process);
    }

    /// {@return how many mappings there are}
    int processCount() {
        return processes.size();
    }

    @Override
    public boolean hasPage(int page) {
        return memory.hasPage(offset(page));
    }

    /// {@return the first page from one on that is in the memory; empty if there is none}
    OptionalInt nextPage(int page) {
        var found = memory.nextPage(offset(page));
        return found.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(Math.toIntExact(found.getAsLong() / PAGE_BYTES));
    }

    @Override
    public List<Access> mapped(int page, int count) {
        var most = new ArrayList<>(Collections.nCopies(count, Access.NONE));
        for (var process : processes) {
            process.mapped(
                    page,
                    count,
                    (each, access) ->
                            most.set(
                                    each - page,
                                    Collections.max(List.of(most.get(each - page), access))));
        }
        return most;
    }

    @Override
    public int pages() {
        return Math.toIntExact(sizeBytes / PAGE_BYTES);
    }

    @Override
    public void install(int page, @Nullable MemorySegment content, boolean writable) {
        keep(page, content);
        if (content == null || content.byteSize() == PAGE_BYTES) {
            resume(page, writable);
        } else {
            Invariant.holds(!writable, "pages that come together are to be read", page);
            for (var process : processes) {
                process.mapAll(page, pages(content));
            }
        }
    }

    @Override
    public void keep(int page, @Nullable MemorySegment content) {
        memory.write(offset(page), content == null ? zeros : content);
    }

    @Override
    public void upgrade(int page) {
        for (var process : processes) {
            process.unprotect(page);
        }
        resume(page, true);
    }

    @Override
    public void downgrade(int page, MemorySegment copy) {
        for (var process : processes) {
            process.protect(page, pages(copy));
        }
        copy(page, copy);
    }

    @Override
    public void copy(int page, MemorySegment copy) {
        memory.read(offset(page), copy);
    }

    @Override
    public void revoke(int page, boolean writable, @Nullable MemorySegment copy) {
        if (writable && copy != null) {
            downgrade(page, copy);
        } else if (copy != null) {
            copy(page, copy);
        }
        memory.punch(offset(page), PAGE_BYTES);
    }

    @Override
    public void resume(int page, boolean writable) {
        for (var process : processes) {
            if (!process.map(page, writable)) {
                // A program has thrown the page away itself, madvise(2): it reads zeros then.
                memory.write(offset(page), zeros);
                if (!process.map(page, writable)) {
                    process.wake(page);
                }
            }
        }
    }

    @Override
    public void poison(int page) {
        for (var process : processes) {
            process.poison(page);
        }
    }

    private static int pages(MemorySegment content) {
        return Math.toIntExact(content.byteSize() / PAGE_BYTES);
    }

    private static long offset(int page) {
        return (long) page * PAGE_BYTES;
    }

    @Override
    public void close() {
        memory.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
