// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import org.krg.pages.coherence.PageMessage;

/// Where pages that are read out lie until they are sent: memory of each thread, used for one block
/// after the other.
final class ReadOuts {
    private final ThreadLocal<Room> rooms = ThreadLocal.withInitial(Room::new);

    private static final class Room {
        private MemorySegment memory = allocate();
        private long used;

        private static MemorySegment allocate() {
            return MemorySegment.ofBuffer(
                    ByteBuffer.allocateDirect(PageMessage.LONGEST_RUN * PageMemory.PAGE_BYTES));
        }

        MemorySegment next(long bytes) {
            if (used + bytes > memory.byteSize()) {
                // What lies in the memory before is still to be sent.
                memory = allocate();
                used = 0;
            }
            used += bytes;
            return memory.asSlice(used - bytes, bytes);
        }
    }

    /// {@return memory for pages, which nobody else uses until this thread calls [#free]}
    MemorySegment next(int pages) {
        return rooms.get().next((long) pages * PageMemory.PAGE_BYTES);
    }

    /// All that this thread has read out is sent.
    void free() {
        rooms.get().used = 0;
    }
}
