// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.krg.pages.engine.FileFailed;
import org.krg.pages.engine.PageEngine;
import org.krg.pages.engine.PageFile;
import org.krg.pages.engine.PageFiles;
import org.krg.pages.engine.PagesFailed;
import org.krg.pages.engine.WriteBack;
import org.krg.pages.files.FileMarks;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;

/// The files of segments that are on this node, as one member of the cluster. Safe for use from any
/// thread.
final class BackedFiles implements PageFiles, AutoCloseable {
    private final NodeId self;
    private final Path marks;
    private final Map<SegmentId, BackedFile> files = new ConcurrentHashMap<>();
    private final Set<SegmentId> elsewhere = ConcurrentHashMap.newKeySet();
    private final Map<SegmentId, WriteBack> writeBacks = new ConcurrentHashMap<>();

    /// @param marks where it is marked what files have; marks of segments that are gone go
    /// @param known the segments that there are now
    BackedFiles(NodeId self, Path marks, Collection<Segment> known) throws IOException {
        this.self = self;
        this.marks = DataDirectory.create(marks);
        var names = known.stream().map(BackedFiles::marksName).toList();
        try (var left = Files.newDirectoryStream(marks)) {
            for (var file : left) {
                if (!names.contains(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }

    /// A number comes again where a cluster goes back to an older state.
    private static String marksName(Segment segment) {
        return segment.id() + "-" + segment.created().toEpochMilli();
    }

    /// The log knows a segment.
    synchronized void know(Segment segment) {
        if (segment.backing().isEmpty()) {
            elsewhere.remove(segment.id());
        }
        segment.backing()
                .ifPresent(backing -> {
                    if (!backing.node().equals(self)) {
                        elsewhere.add(segment.id());
                    } else if (!files.containsKey(segment.id())) {
                        var path = Path.of(backing.path());
                        var kept = new FileMarks(marks, marksName(segment));
                        files.put(
                                segment.id(),
                                new BackedFile(path, segment.owner(), kept, users(path)));
                    }
                });
    }

    private List<BackedFile> users(Path path) {
        return files.values().stream().filter(file -> file.path().equals(path)).toList();
    }

    @Override
    public Optional<PageFile> find(SegmentId segment) {
        return Optional.ofNullable(files.get(segment));
    }

    @Override
    public boolean isElsewhere(SegmentId segment) {
        return elsewhere.contains(segment);
    }

    /// Writes pages of a segment to its file.
    ///
    /// @param blocks the numbers of those that were ever touched, in order
    /// @param end the first page that is not meant
    /// @return how many were written
    /// @throws PagesFailed if pages are lost, or do not come, or the file is elsewhere
    int write(PageEngine engine, SegmentId segment, List<Integer> blocks, int start, int end)
            throws FileFailed {
        var file = find(segment);
        if (file.isEmpty()) {
            throw new PagesFailed("segment %s has no file on node %s".formatted(segment, self));
        }
        return writeBacks
                .computeIfAbsent(segment, _ -> new WriteBack(engine, segment, file.get()))
                .run(blocks, start, end);
    }

    /// The segment is gone.
    void forget(SegmentId segment) {
        elsewhere.remove(segment);
        writeBacks.remove(segment);
        var gone = files.remove(segment);
        if (gone != null) {
            gone.close();
            gone.forgetMarks();
        }
    }

    /// Nothing more is written from now on. Does not wait for what is being done.
    void end() {
        files.values().forEach(BackedFile::end);
    }

    @Override
    public void close() {
        files.values().forEach(BackedFile::close);
    }
}
