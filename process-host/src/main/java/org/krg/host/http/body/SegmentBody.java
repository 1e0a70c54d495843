// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.model.Backing;
import org.krg.state.model.Identity;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.SegmentId;

/// The body of a request for a segment, or for another size of one.
///
/// @param file an absolute path, of a segment that is a file
/// @param node that the file is on; the one that is asked if null
/// @param create whether to make the file if it is not there
public record SegmentBody(
        @Nullable String name,
        @Nullable Long sizeBytes,
        @Nullable String ownership,
        @Nullable String file,
        @Nullable String node,
        @Nullable Boolean create) {
    private static final long PAGE_BYTES = 4_096;
    private static final int OWNER_ONLY = 0600;

    /// {@return the file that the segment is to be, from the root; empty if it is zeros}
    public Optional<String> path() {
        if (file != null && (!file.startsWith("/") || file.indexOf('\0') >= 0)) {
            throw Bodies.wrong("file", "is a path from the root, not " + file);
        }
        return Optional.ofNullable(file);
    }

    /// {@return the request for a segment of zeros} The size is rounded up to whole pages.
    public CreateSegment create(Identity owner, Instant at) {
        if (node != null || create != null) {
            throw Bodies.wrong("file", "is needed with node and create, not nothing");
        }
        var size = wholePages();
        return new CreateSegment(Values.require("name", name), size, owner, OWNER_ONLY, mode(), at);
    }

    /// {@return the request for a segment that is a file} The size is rounded up to whole pages.
    ///
    /// @param sizeBytes of the segment
    public CreateSegment of(Backing backing, long sizeBytes, Identity owner, Instant at) {
        return new CreateSegment(
                Values.require("name", name),
                wholePages(sizeBytes),
                owner,
                OWNER_ONLY,
                mode(),
                at,
                Optional.of(backing));
    }

    /// {@return how large the segment is to be, in whole pages; empty if it is as its file}
    public Optional<Long> size() {
        return sizeBytes == null ? Optional.empty() : Optional.of(wholePages());
    }

    /// {@return whether to make the file if it is not there}
    public boolean isToBeCreated() {
        return Boolean.TRUE.equals(create);
    }

    private OwnershipMode mode() {
        if (ownership == null) {
            return OwnershipMode.DEFAULT;
        }
        return Arrays.stream(OwnershipMode.values())
                .filter(mode -> mode.name().toLowerCase(Locale.ROOT).equals(ownership))
                .findFirst()
                .orElseThrow(() ->
                        Bodies.wrong("ownership", "is async, semisync or sync, not " + ownership));
    }

    /// {@return the request for that size of a segment} It is rounded up to whole pages.
    public ResizeSegment resize(SegmentId segment) {
        return new ResizeSegment(segment, wholePages());
    }

    private long wholePages() {
        return wholePages(Values.require("sizeBytes", sizeBytes));
    }

    private static long wholePages(long size) {
        if (size <= 0 || size > Long.MAX_VALUE - PAGE_BYTES) {
            throw Bodies.wrong("sizeBytes", "is a number of bytes from 1 on, not " + size);
        }
        return (size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }
}
