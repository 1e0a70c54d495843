// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.files;

import java.lang.foreign.MemorySegment;
import java.util.SortedMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.krg.linux.LinuxException;
import org.krg.linux.UserFile;
import org.krg.pages.engine.FileFailed;
import org.krg.pages.engine.PageFile;
import org.krg.pages.engine.PageMemory;

/// The file of a segment, page by page. It stays as long as it is: the last page may be there in
/// part. Once closed it is neither read nor written any more, whoever is in the middle of that.
public final class SegmentFile implements PageFile, AutoCloseable {
    private final UserFile file;
    private final FileMarks marks;
    private final ReadWriteLock open = new ReentrantReadWriteLock();
    private boolean isClosed;

    /// Takes over an open file.
    ///
    /// @param marks what is marked of it
    public SegmentFile(UserFile file, FileMarks marks) {
        this.file = file;
        this.marks = marks;
    }

    @Override
    public void read(int page, MemorySegment target) throws FileFailed {
        perform(() -> {
            var last = page + target.byteSize() / PageMemory.PAGE_BYTES - 1;
            requireThere(last);
            var count = file.read(offset(page), target);
            target.asSlice(count).fill((byte) 0);
        });
    }

    @Override
    public void write(int page, MemorySegment content) throws FileFailed {
        perform(() -> {
            var there = requireThere(page) - offset(page);
            file.write(offset(page), content.asSlice(0, Math.min(there, content.byteSize())));
        });
    }

    @Override
    public void force() throws FileFailed {
        perform(file::sync);
    }

    @Override
    public void mark(SortedMap<Integer, Long> versions) throws FileFailed {
        marks.put(versions);
    }

    @Override
    public SortedMap<Integer, Long> marks(int start, int end) throws FileFailed {
        return marks.get(start, end);
    }

    private interface Work {
        void run() throws FileFailed;
    }

    private void perform(Work work) throws FileFailed {
        open.readLock().lock();
        try {
            if (isClosed) {
                throw new FileFailed("the file is closed", FileFailed.EIO);
            }
            work.run();
        } catch (LinuxException failure) {
            throw new FileFailed(String.valueOf(failure.getMessage()), failure.errno().number());
        } finally {
            open.readLock().unlock();
        }
    }

    /// @return how long the file is, in bytes
    private long requireThere(long page) throws FileFailed {
        var size = file.size();
        if (offset(page) >= size) {
            throw new FileFailed(
                    "page %d lies behind the end of the file, at %d bytes".formatted(page, size),
                    FileFailed.EIO);
        }
        return size;
    }

    private static long offset(long page) {
        return page * PageMemory.PAGE_BYTES;
    }

    @Override
    public void close() {
        open.writeLock().lock();
        try {
            isClosed = true;
            file.close();
        } finally {
            open.writeLock().unlock();
        }
    }
}
