// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What an operator has to look at, though the node goes on: told by health, counted, logged once.
/// Safe for use from any thread.
public final class Alarms {
    private static final Logger log = LoggerFactory.getLogger(Alarms.class);

    private final Map<String, String> raised = new ConcurrentSkipListMap<>();
    private final MetricRegistry metrics;

    public Alarms(MetricRegistry metrics) {
        this.metrics = metrics;
        metrics.registerGauge("krg.state.alarms", raised::size);
    }

    /// Raises an alarm, or changes what one says.
    ///
    /// @param name of the alarm, a word of the metric `krg.state.alarm.NAME_total`
    public void raise(String name, String sentence) {
        if (!sentence.equals(raised.put(name, sentence))) {
            metrics.counter("krg.state.alarm." + name + "_total").inc();
            log.warn("alarm raised name={} what={}", name, sentence);
        }
    }

    /// Ends an alarm.
    public void lower(String name) {
        if (raised.remove(name) != null) {
            log.info("alarm over name={}", name);
        }
    }

    /// {@return what is raised, as sentences}
    public List<String> raised() {
        return List.copyOf(raised.values());
    }

    /// Takes its gauge out of the metrics.
    public void close() {
        metrics.remove("krg.state.alarms");
    }
}
