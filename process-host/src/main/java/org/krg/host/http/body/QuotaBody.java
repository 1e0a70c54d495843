// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.key.KeyLimit;

/// The body with which root sets how much somebody may hold in keys and leases, or how many
/// versions are kept.
public record QuotaBody(
        @Nullable String principal,
        @Nullable Long keys,
        @Nullable Long bytes,
        @Nullable Long leases,
        @Nullable Long keptRevisions) {
    /// {@return whose limit; empty for everybody who has none of their own}
    public Optional<String> whose() {
        return Optional.ofNullable(principal);
    }

    /// {@return the limit}
    ///
    /// @param present what holds where the body says nothing
    public KeyLimit limit(KeyLimit present) {
        if (keys == null && bytes == null && leases == null) {
            throw Bodies.wrong("keys", "or bytes or leases has to be there");
        }
        return new KeyLimit(
                keys == null ? present.keys() : atLeastZero("keys", keys),
                bytes == null ? present.bytes() : atLeastZero("bytes", bytes),
                leases == null ? present.leases() : atLeastZero("leases", leases));
    }

    /// {@return how many revisions are kept; 0 for all}
    public long revisions() {
        return atLeastZero("keptRevisions", keptRevisions);
    }

    private static long atLeastZero(String field, @Nullable Long number) {
        var value = Values.require(field, number);
        if (value < 0) {
            throw Bodies.wrong(field, "is a number from 0 on, not " + value);
        }
        return value;
    }
}
