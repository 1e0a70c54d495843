// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.Optional;
import org.krg.host.model.AuditEntry;

/// Where it is written down who asked this node for what. Safe for use from any thread.
public interface AuditTrail {
    /// Takes an entry, in the order of the calls. It is on the disk shortly afterwards; nobody
    /// waits for that.
    void record(AuditEntry entry);

    /// {@return why entries are being lost; empty while none is}
    Optional<String> problem();
}
