// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.krg.linux.LinuxException;
import org.krg.linux.UserFile;
import org.krg.linux.UserRights;
import org.krg.pages.engine.FileFailed;
import org.krg.pages.engine.PageFile;
import org.krg.pages.files.FileMarks;
import org.krg.pages.files.SegmentFile;
import org.krg.state.model.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The file of a segment on this node, opened in its owner's name when it is first needed. Safe for
/// use from any thread.
final class BackedFile implements PageFile, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BackedFile.class);

    private final Path path;
    private final UserRights owner;
    private final FileMarks marks;
    private List<BackedFile> before;
    private @Nullable SegmentFile opened;
    private volatile boolean isOver;

    /// @param before what is over when this is first read or written: the file of segments that
    ///   were it before, to which somebody may still write
    BackedFile(Path path, Identity owner, FileMarks marks, List<BackedFile> before) {
        this.path = path;
        this.marks = marks;
        this.owner = rights(owner);
        this.before = before;
    }

    Path path() {
        return path;
    }

    static UserRights rights(Identity owner) {
        return new UserRights(owner.uid(), owner.gid(), owner.groups());
    }

    private synchronized SegmentFile file() throws FileFailed {
        if (isOver) {
            throw new FileFailed("the segment is gone, or the agent stops", FileFailed.EIO);
        }
        if (opened == null) {
            before.forEach(BackedFile::close);
            before = List.of();
            try {
                opened = new SegmentFile(UserFile.open(path, owner, false), marks);
            } catch (LinuxException failure) {
                throw new FileFailed(
                        String.valueOf(failure.getMessage()), failure.errno().number());
            }
        }
        return opened;
    }

    @Override
    public void read(int page, MemorySegment target) throws FileFailed {
        file().read(page, target);
    }

    @Override
    public void write(int page, MemorySegment content) throws FileFailed {
        file().write(page, content);
    }

    @Override
    public void force() throws FileFailed {
        file().force();
    }

    @Override
    public void mark(SortedMap<Integer, Long> versions) throws FileFailed {
        file().mark(versions);
    }

    /// Does not open the file: the log waits for the answer, and the file may be on a disk that
    /// does not answer.
    @Override
    public SortedMap<Integer, Long> marks(int start, int end) throws FileFailed {
        return marks.get(start, end);
    }

    /// Nothing is marked any more.
    void forgetMarks() {
        try {
            marks.delete();
        } catch (IOException failure) {
            log.warn("marks left path={} reason={}", path, failure.toString());
        }
    }

    /// Nothing more is written from now on. Does not wait for what is being done.
    void end() {
        isOver = true;
    }

    @Override
    public void close() {
        SegmentFile last;
        synchronized (this) {
            isOver = true;
            last = opened;
            opened = null;
        }
        if (last != null) {
            last.close();
        }
    }
}
