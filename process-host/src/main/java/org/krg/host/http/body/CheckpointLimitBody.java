// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The body of a request to limit how much a user's checkpoints take.
///
/// @param owner missing: everybody who has no limit of their own
/// @param bytes at least 1
public record CheckpointLimitBody(@Nullable String owner, @Nullable Long bytes) {
    /// {@return whose limit; empty for that of everybody else}
    public Optional<String> findOwner() {
        return Optional.ofNullable(owner);
    }

    /// {@return the limit}
    public long limit() {
        var limit = Values.require("bytes", bytes);
        if (limit < 1) {
            throw Bodies.wrong("bytes", "is at least 1; DELETE takes a limit away");
        }
        return limit;
    }
}
