// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.krg.host.AuditTrail;
import org.krg.host.model.AuditEntry;

/// Keeps what is written down.
final class RecordingAudit implements AuditTrail {
    final List<AuditEntry> entries = new CopyOnWriteArrayList<>();

    @Override
    public void record(AuditEntry entry) {
        entries.add(entry);
    }

    @Override
    public Optional<String> problem() {
        return Optional.empty();
    }
}
