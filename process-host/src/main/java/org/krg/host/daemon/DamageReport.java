// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.krg.checkpoint.DamageListener;
import org.krg.checkpoint.model.Damage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Damage to stored checkpoints that this agent has met: counted, logged, and told to whoever asks
/// what is wrong with the node.
final class DamageReport implements DamageListener {
    private static final Logger log = LoggerFactory.getLogger(DamageReport.class);

    /// The newest ones that are told; all are in the log.
    private static final int TOLD = 20;

    private final MetricRegistry metrics;
    private final ConcurrentLinkedDeque<String> told = new ConcurrentLinkedDeque<>();

    DamageReport(MetricRegistry metrics) {
        this.metrics = metrics;
    }

    @Override
    public void found(Damage damage) {
        metrics.counter("krg.checkpoint.damages_total").inc();
        var end =
                damage.repairedFrom()
                        .map(node -> "put right from the copy of node " + node)
                        .orElse("no other node has a good copy");
        log.warn(
                "stored checkpoint is damaged checkpoint={} what={} end={}",
                damage.generation(),
                damage.what(),
                end);
        told.addLast(
                "checkpoint %s on this disk: %s; %s"
                        .formatted(damage.generation(), damage.what(), end));
        while (told.size() > TOLD) {
            told.pollFirst();
        }
    }

    /// {@return the newest findings, oldest first, as sentences}
    List<String> findings() {
        return List.copyOf(told);
    }
}
