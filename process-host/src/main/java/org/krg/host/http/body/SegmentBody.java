// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.model.Identity;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.SegmentId;

/// The body of a request for a segment, or for another size of one.
public record SegmentBody(
        @Nullable String name, @Nullable Long sizeBytes, @Nullable String ownership) {
    private static final long PAGE_BYTES = 4_096;
    private static final int OWNER_ONLY = 0600;

    /// {@return the request it stands for} The size is rounded up to whole pages.
    public CreateSegment create(Identity owner, Instant at) {
        var size = wholePages();
        return new CreateSegment(Values.require("name", name), size, owner, OWNER_ONLY, mode(), at);
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
        var size = Values.require("sizeBytes", sizeBytes);
        if (size <= 0 || size > Long.MAX_VALUE - PAGE_BYTES) {
            throw Bodies.wrong("sizeBytes", "is a number of bytes from 1 on, not " + size);
        }
        return (size + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }
}
