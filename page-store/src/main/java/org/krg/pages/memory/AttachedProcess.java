// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.krg.linux.Descriptor;
import org.krg.linux.LinuxException;
import org.krg.linux.PageFault;
import org.krg.linux.PageMap;
import org.krg.linux.Userfaultfd;
import org.krg.linux.Userfaultfd.Outcome;
import org.krg.pages.coherence.Access;
import org.krg.pages.engine.PageMemory;

/// One mapping of a segment in one process of this node. Calls about a process that has ended, or
/// has unmapped the place, do nothing: it cannot touch the page.
///
/// The process has the userfaultfd, too, and may do with it as it likes. Where the kernel answers
/// what it never does otherwise, the process is let go of, and nobody else notices.
///
/// While the node's lease is over nothing is mapped. This agent may have stood still between a look
/// at the lease and the call that maps a page: so who waits for the page is woken only if the lease
/// holds after that call, and `libkrg` takes the page away again if it does not.
final class AttachedProcess implements AutoCloseable {
    /// The kernel answers EAGAIN only while another thread of the process changes its mappings.
    private static final int MOST_TRIES = 100_000;

    private static final long PAUSE_NANOS = 10_000;

    /// So many entries of a page table are looked at together.
    private static final int PAGES_AT_ONCE = 4_096;

    private final int pid;
    private final Userfaultfd faults;
    private final long base;
    private final int first;
    private final int pages;
    private final MemoryLease lease;
    private final Present present;
    private final Consumer<String> letGo;
    private final AtomicBoolean isBroken = new AtomicBoolean();

    /// A descriptor that is closed is soon another file's: who uses it holds the read lock.
    private final ReadWriteLock open = new ReentrantReadWriteLock();

    private boolean closed;

    /// The pages that the memory has: a process maps no other.
    interface Present {
        /// {@return the first one from `page` on, if there is any}
        OptionalInt next(int page);
    }

    /// One call of userfaultfd on the page at an address.
    private interface Call {
        Outcome make(long address);
    }

    /// Where a mapping lies.
    ///
    /// @param base where it begins
    /// @param first the page that lies there
    record Place(long base, int first, int pages) {}

    /// @param letGo is told once, by any thread, why the process is to be let go of
    AttachedProcess(
            int pid,
            Userfaultfd faults,
            Place place,
            MemoryLease lease,
            Present present,
            Consumer<String> letGo) {
        this.pid = pid;
        this.faults = faults;
        this.base = place.base;
        this.first = place.first;
        this.pages = place.pages;
        this.lease = lease;
        this.present = present;
        this.letGo = letGo;
    }

    Descriptor descriptor() {
        return faults.descriptor();
    }

    long base() {
        return base;
    }

    /// {@return the page that lies at its beginning}
    int first() {
        return first;
    }

    int pages() {
        return pages;
    }

    /// Says of each of these pages that the mapping has what the process may do with it, as its
    /// page table has it; of none if that cannot be read.
    void mapped(int page, int count, BiConsumer<Integer, Access> told) {
        var from = Math.max(page, first);
        var to = Math.min(page + count, first + pages);
        if (from < to) {
            var each = from;
            for (var entry : PageMap.read(pid, address(from), to - from)) {
                told.accept(each, access(entry));
                each++;
            }
        }
    }

    private static Access access(PageMap.Entry entry) {
        return switch (entry) {
            case ABSENT -> Access.NONE;
            case READABLE -> Access.READ;
            case WRITABLE -> Access.WRITE;
        };
    }

    /// {@return the threads that stood still since the last call}
    List<PageFault> takeFaults() {
        open.readLock().lock();
        try {
            return closed ? List.of() : faults.takeFaults();
        } catch (LinuxException failure) {
            breaks(String.valueOf(failure.getMessage()));
            return List.of();
        } finally {
            open.readLock().unlock();
        }
    }

    /// {@return whether an address lies in the mapping} If it does not the process has registered
    /// other memory.
    boolean covers(long address) {
        var isInside = address >= base && (address - base) / PageMemory.PAGE_BYTES < (long) pages;
        if (!isInside) {
            breaks("it is told of a fault outside of its mapping, at %#x".formatted(address));
        }
        return isInside;
    }

    /// {@return the page that lies at an address of the mapping}
    int page(long address) {
        return first + (int) ((address - base) / PageMemory.PAGE_BYTES);
    }

    /// {@return whether the process is let go of}
    boolean isBroken() {
        return isBroken.get();
    }

    private void breaks(String reason) {
        if (isBroken.compareAndSet(false, true)) {
            letGo.accept(reason);
        }
    }

    /// Maps a page that the memory has, if it is not mapped already, and lets who waits for it go
    /// on.
    ///
    /// @return false if the memory does not have it
    boolean map(int page, boolean writable) {
        var outcome = given(page, address -> faults.map(address, PageMemory.PAGE_BYTES, writable));
        if (outcome == Outcome.PRESENT && writable) {
            unprotect(page);
        } else if (outcome == Outcome.DONE || outcome == Outcome.PRESENT) {
            resume(page, PageMemory.PAGE_BYTES);
        }
        return outcome != Outcome.ABSENT;
    }

    /// Maps pages that the memory has, to be read, where they are not mapped already, and lets who
    /// waits for them go on. One that the memory does not have is told of as a fault when it is
    /// touched.
    void mapAll(int page, int count) {
        var from = Math.max(page, first);
        var to = Math.min(page + count, first + pages);
        if (from < to) {
            var length = (long) (to - from) * PageMemory.PAGE_BYTES;
            var outcome = given(from, address -> faults.map(address, length, false));
            if (outcome == Outcome.DONE) {
                resume(from, length);
            } else if (outcome == Outcome.PRESENT || outcome == Outcome.ABSENT) {
                for (var single = from; single < to; single++) {
                    if (!map(single, false)) {
                        wake(single);
                    }
                }
            }
        }
    }

    void protect(int page, int count) {
        var from = Math.max(page, first);
        var to = Math.min(page + count, first + pages);
        if (from < to) {
            var length = (long) (to - from) * PageMemory.PAGE_BYTES;
            var _ = settled(from, address -> faults.protect(address, length));
        }
    }

    void unprotect(int page) {
        var _ = given(page, address -> faults.unprotect(address, PageMemory.PAGE_BYTES));
    }

    /// Has who waits for the page touch it again.
    void wake(int page) {
        var _ = settled(page, address -> faults.wake(address, PageMemory.PAGE_BYTES));
    }

    /// Has who waits for whatever page touch it again.
    void wakeAll() {
        var length = (long) pages * PageMemory.PAGE_BYTES;
        var _ = settled(first, address -> faults.wake(address, length));
    }

    private void resume(int page, long length) {
        var _ = given(page, address -> faults.wake(address, length));
    }

    /// Makes every touch of an absent page an error.
    void poison(int page) {
        if (cannotPoison(page)) {
            // What is left of a page that was protected and taken away keeps its place; poison that
            // is there already stays.
            var _ = settled(page, address -> faults.unprotect(address, PageMemory.PAGE_BYTES));
            if (cannotPoison(page)) {
                wake(page);
            }
        }
    }

    private boolean cannotPoison(int page) {
        return settled(page, address -> faults.poison(address, PageMemory.PAGE_BYTES))
                == Outcome.PRESENT;
    }

    private Outcome settled(int page, Call call) {
        open.readLock().lock();
        try {
            var isMapped = page >= first && page < first + pages;
            return closed || !isMapped ? Outcome.ENDED : repeated(page, call);
        } catch (LinuxException failure) {
            breaks(String.valueOf(failure.getMessage()));
            return Outcome.ENDED;
        } finally {
            open.readLock().unlock();
        }
    }

    /// Does nothing while the node's lease is over.
    private Outcome given(int page, Call call) {
        return settled(page, address -> lease.holds() ? call.make(address) : Outcome.ENDED);
    }

    private Outcome repeated(int page, Call call) {
        var address = address(page);
        for (var tries = 0; tries < MOST_TRIES; tries++) {
            var outcome = call.make(address);
            if (outcome != Outcome.CHANGING) {
                return outcome;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        breaks("it changes its mappings without end, at page " + page);
        return Outcome.ENDED;
    }

    /// The process loses the right to store first: it may live on, and who takes a page away from
    /// the node from now on does not know of this mapping.
    @Override
    public void close() {
        open.writeLock().lock();
        try {
            if (!closed) {
                protectAll();
                closed = true;
                faults.close();
            }
        } finally {
            open.writeLock().unlock();
        }
    }

    /// Only what may be written: protecting a page that is not mapped costs memory for a mark. What
    /// the memory does not have is not looked at: a mapping may be far larger than that.
    private void protectAll() {
        var end = first + pages;
        for (var page = next(first); page < end; page = next(page + PAGES_AT_ONCE)) {
            var count = Math.min(PAGES_AT_ONCE, end - page);
            var entries = PageMap.read(pid, address(page), count);
            if (entries.isEmpty()) {
                protect(page, count);
            }
            for (var i = 0; i < entries.size(); i++) {
                if (entries.get(i) == PageMap.Entry.WRITABLE) {
                    protect(page + i, 1);
                }
            }
        }
    }

    private int next(int page) {
        return page < first + pages ? present.next(page).orElse(first + pages) : first + pages;
    }

    private long address(int page) {
        return base + (long) (page - first) * PageMemory.PAGE_BYTES;
    }
}
