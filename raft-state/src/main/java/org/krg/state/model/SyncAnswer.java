// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What became of a request.
///
/// @param value of a word before the change, or what was asked about a semaphore; else 0
public record SyncAnswer(SyncResult result, long value) {
    /// An answer without a value.
    public SyncAnswer(SyncResult result) {
        this(result, 0);
    }
}
