// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// Something that waits at a socket and that CRIU cannot save; only the program can have it go on.
///
/// @param count of connections or bytes, at least one
public record SocketQueue(BoundSocket socket, Of of, long count) {
    /// What waits.
    public enum Of {
        /// Connections that the program has not accepted.
        CONNECTIONS,
        /// Bytes that the program has written and the other end, which it has too, has no room for.
        BYTES
    }
}
