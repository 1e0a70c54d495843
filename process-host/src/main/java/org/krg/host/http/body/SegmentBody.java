// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.host.SegmentKeys;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.command.SegmentCommand.SetSegmentMode;
import org.krg.state.model.Backing;
import org.krg.state.model.Identity;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.SegmentId;

/// The body of a request for a segment, or for another size or access of one.
///
/// @param file an absolute path, of a segment that is a file
/// @param node that the file is on; the one that is asked if null
/// @param create whether to make the file if it is not there
/// @param mode who may open it, like a file's: octal digits
/// @param owner whose it is to be; the caller's if null
public record SegmentBody(
        @Nullable String name,
        @Nullable Long sizeBytes,
        @Nullable String ownership,
        @Nullable String file,
        @Nullable String node,
        @Nullable Boolean create,
        @Nullable String mode,
        @Nullable String owner) {
    private static final long PAGE_BYTES = 4_096;
    private static final int OWNER_ONLY = 0600;

    /// A mapping is read and written.
    private static final int READ_AND_WRITE = 06;

    private static final int CLASS_BITS = 3;
    private static final int ALL_OF_A_CLASS = 07;

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
        return create(size, owner, at);
    }

    /// {@return the request for a segment that is a file} The size is rounded up to whole pages.
    ///
    /// @param sizeBytes of the segment
    public CreateSegment of(Backing backing, long sizeBytes, Identity owner, Instant at) {
        return create(wholePages(sizeBytes), owner, at).backedBy(backing);
    }

    private CreateSegment create(long pages, Identity of, Instant at) {
        return new CreateSegment(
                        Values.require("name", name), pages, of, access(), ownershipMode(), at)
                .openedBy(SegmentKeys.fresh());
    }

    /// {@return how large the segment is to be, in whole pages; empty if it is as its file}
    public Optional<Long> size() {
        return sizeBytes == null ? Optional.empty() : Optional.of(wholePages());
    }

    /// {@return whether to make the file if it is not there}
    public boolean isToBeCreated() {
        return Boolean.TRUE.equals(create);
    }

    /// {@return whose it is to be, if that is said}
    public Optional<String> ownerName() {
        return Optional.ofNullable(owner);
    }

    private int access() {
        return mode == null ? OWNER_ONLY : access(mode);
    }

    /// The owner may always; the group and the others may both read and write, or not open it.
    private static int access(String mode) {
        if (!mode.matches("0?[0-7]{3}")) {
            throw Bodies.wrong(
                    "mode", "is three octal digits as of a file, like 0660, not " + mode);
        }
        var bits = Integer.parseInt(mode, 8);
        var others = bits & ALL_OF_A_CLASS;
        var group = (bits >> CLASS_BITS) & ALL_OF_A_CLASS;
        var own = bits >> (2 * CLASS_BITS);
        if (own != READ_AND_WRITE || isPart(group) || isPart(others)) {
            throw Bodies.wrong(
                    "mode",
                    "gives the owner 6, the group and the others 6 or 0 each, not %s: who opens a segment reads and writes it"
                            .formatted(mode));
        }
        return bits;
    }

    private static boolean isPart(int bits) {
        return bits != 0 && bits != READ_AND_WRITE;
    }

    /// {@return the request for that access to a segment}
    public SetSegmentMode setMode(SegmentId segment) {
        return new SetSegmentMode(segment, access(Values.require("mode", mode)));
    }

    private OwnershipMode ownershipMode() {
        if (ownership == null) {
            return OwnershipMode.DEFAULT;
        }
        return Arrays.stream(OwnershipMode.values())
                .filter(each -> each.name().toLowerCase(Locale.ROOT).equals(ownership))
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
