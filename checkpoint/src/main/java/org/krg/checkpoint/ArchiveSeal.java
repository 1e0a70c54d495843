// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.util.Optional;

/// Signs archives for this node, and says whom to believe. Safe for use by several threads.
public interface ArchiveSeal {
    /// Who signed something, and the signature.
    ///
    /// @param certificate of the node, DER
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Signature(byte[] certificate, byte[] bytes) {}

    /// {@return the signature of this node}
    Signature sign(byte[] content);

    /// {@return why it is not to be believed that a node signed `content`; empty if it is}
    ///
    /// @param authority of another cluster, DER, that its nodes are believed for this once; empty:
    ///   only nodes of this cluster are
    /// @param node that is said to have signed it
    Optional<String> objection(
            Signature signature, byte[] content, String node, Optional<byte[]> authority);
}
