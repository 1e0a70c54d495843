// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.krg.pages.model.SegmentStats;

/// What this node has seen of shared memory, for whoever scrapes metrics: the sums over all
/// segments since its agent registered, and the slowest segment's times.
final class PageMetrics {
    private static final double NANOS = 1e-9;

    private final MetricRegistry metrics;
    private final Supplier<List<SegmentStats>> segments;

    private PageMetrics(MetricRegistry metrics, Supplier<List<SegmentStats>> segments) {
        this.metrics = metrics;
        this.segments = segments;
    }

    static void register(MetricRegistry metrics, Supplier<List<SegmentStats>> segments) {
        var pages = new PageMetrics(metrics, segments);
        pages.sum("read_faults_total", SegmentStats::read);
        pages.sum("write_faults_total", SegmentStats::write);
        pages.sum("upgrades_total", SegmentStats::upgrade);
        pages.sum("ahead_total", SegmentStats::ahead);
        pages.sum("invalidated_total", SegmentStats::invalidated);
        pages.sum("taken_total", SegmentStats::taken);
        pages.sum("lost_total", SegmentStats::lost);
        pages.sum("received_bytes_total", SegmentStats::bytesIn);
        pages.sum("sent_bytes_total", SegmentStats::bytesOut);
        pages.sum("owners_total", SegmentStats::owners);
        pages.sum("records_total", SegmentStats::records);
        pages.sum("record_bytes_total", SegmentStats::recordBytes);
        pages.times("read_fault", stats -> stats.readTimes().p50Nanos(), "p50");
        pages.times("read_fault", stats -> stats.readTimes().p99Nanos(), "p99");
        pages.times("write_fault", stats -> stats.writeTimes().p50Nanos(), "p50");
        pages.times("write_fault", stats -> stats.writeTimes().p99Nanos(), "p99");
    }

    private void sum(String name, ToLongFunction<SegmentStats> value) {
        metrics.gauge(
                "krg.pages." + name, () -> () -> segments.get().stream().mapToLong(value).sum());
    }

    private void times(String name, ToLongFunction<SegmentStats> nanos, String quantile) {
        metrics.gauge(
                "krg.pages.%s_%s_seconds".formatted(name, quantile),
                () -> () -> segments.get().stream().mapToLong(nanos).max().orElse(0) * NANOS);
    }
}
