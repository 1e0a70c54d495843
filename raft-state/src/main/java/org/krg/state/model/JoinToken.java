// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;

/// Leave for one node to join, once.
///
/// @param id its public part
/// @param hash of its secret part, which is kept nowhere
/// @param expires when it is worth nothing any more
public record JoinToken(String id, Sha256 hash, Instant expires) {
    @Override
    public String toString() {
        return "JoinToken[id=" + id + ", expires=" + expires + "]";
    }
}
