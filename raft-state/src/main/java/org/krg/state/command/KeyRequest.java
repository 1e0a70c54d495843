// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import org.krg.state.model.LeaseId;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;

/// One part of a transaction.
public sealed interface KeyRequest {
    /// Reads.
    record Read(RangeRead read) implements KeyRequest {}

    /// Writes a key.
    ///
    /// @param lease [org.krg.state.model.key.KeyValue#NO_LEASE] for none
    /// @param previous whether the answer has what was there before
    /// @param keepsValue the value stays as it is; the key must exist
    /// @param keepsLease the lease stays as it is; the key must exist
    record Put(
            Bytes key,
            Bytes value,
            LeaseId lease,
            boolean previous,
            boolean keepsValue,
            boolean keepsLease)
            implements KeyRequest {
        /// {@return a plain put}
        public static Put of(Bytes key, Bytes value, LeaseId lease) {
            return new Put(key, value, lease, false, false, false);
        }
    }

    /// Deletes the keys of a range.
    ///
    /// @param previous whether the answer has what was there before
    record Delete(KeyRange range, boolean previous) implements KeyRequest {}

    /// A transaction inside another one.
    record Nested(KeyTransaction transaction) implements KeyRequest {}
}
