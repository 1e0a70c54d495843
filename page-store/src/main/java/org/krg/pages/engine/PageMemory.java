// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.Access;

/// The pages of one segment as the processes of this node see them.
///
/// A page is absent, readable or writable, the same for all processes; who touches more than that
/// stands still and is told of as a fault. Calls about one page come one after the other; pages are
/// independent of each other. Each call has taken effect for all processes when it returns.
public interface PageMemory {
    /// The bytes of a page.
    int PAGE_BYTES = 4_096;

    /// {@return how many there are; may grow}
    int pages();

    /// {@return whether the page is in the memory}
    boolean hasPage(int page);

    /// {@return the most that a process does with each page without being told of as a fault}
    List<Access> mapped(int page, int count);

    /// Makes absent pages readable or writable and lets who waits go on.
    ///
    /// @param page the first one
    /// @param content the pages, or null for one page of zeros
    void install(int page, @Nullable MemorySegment content, boolean writable);

    /// Puts an absent page into the memory to be read; who touches it is told of as a fault.
    ///
    /// @param content the page, or null for zeros
    void keep(int page, @Nullable MemorySegment content);

    /// Makes a readable page writable and lets who waits go on.
    void upgrade(int page);

    /// Makes pages readable and copies them, as many as `copy` holds: every store made before is in
    /// the copy.
    void downgrade(int page, MemorySegment copy);

    /// Copies readable pages, as many as `copy` holds.
    void copy(int page, MemorySegment copy);

    /// Makes a page absent.
    ///
    /// @param writable what it was
    /// @param copy receives the page, unless null; every store ever made is in it
    void revoke(int page, boolean writable, @Nullable MemorySegment copy);

    /// Lets who waits go on: the page is there as it is needed.
    void resume(int page, boolean writable);

    /// Makes every touch of an absent page a SIGBUS, from now on.
    void poison(int page);
}
