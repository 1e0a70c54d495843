// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.codahale.metrics.MetricRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.krg.host.http.view.Distribution;
import org.krg.host.http.view.Distribution.Bucket;
import org.krg.pages.engine.PageEngine;
import org.krg.pages.model.FaultKind;
import org.krg.pages.model.FaultTimes;
import org.krg.pages.model.SegmentStats;

/// What this node has seen of shared memory, for whoever scrapes metrics: the sums over all
/// segments since its agent registered.
final class PageMetrics {
    private static final double NANOS = 1e-9;

    private final MetricRegistry metrics;
    private final Supplier<List<SegmentStats>> segments;

    private PageMetrics(MetricRegistry metrics, Supplier<List<SegmentStats>> segments) {
        this.metrics = metrics;
        this.segments = segments;
    }

    static void register(
            MetricRegistry metrics,
            Supplier<List<SegmentStats>> segments,
            Supplier<Optional<PageEngine.Use>> use) {
        metrics.gauge("krg.pages.present", () -> () -> now(use, PageEngine.Use::pages));
        metrics.gauge("krg.pages.present_limit", () -> () -> now(use, PageEngine.Use::mostPages));
        metrics.gauge("krg.pages.blocks", () -> () -> now(use, PageEngine.Use::blocks));
        metrics.gauge("krg.pages.blocks_limit", () -> () -> now(use, PageEngine.Use::mostBlocks));
        var pages = new PageMetrics(metrics, segments);
        pages.sum("read_faults_total", SegmentStats::read);
        pages.sum("write_faults_total", SegmentStats::write);
        pages.sum("upgrades_total", SegmentStats::upgrade);
        pages.sum("ahead_total", SegmentStats::ahead);
        pages.sum("promoted_total", SegmentStats::promoted);
        pages.sum("promoted_in_vain_total", SegmentStats::promotedInVain);
        pages.sum("invalidated_total", SegmentStats::invalidated);
        pages.sum("taken_total", SegmentStats::taken);
        pages.sum("lost_total", SegmentStats::lost);
        pages.sum("refused_total", SegmentStats::refused);
        pages.sum("received_bytes_total", SegmentStats::bytesIn);
        pages.sum("sent_bytes_total", SegmentStats::bytesOut);
        pages.sum("owners_total", SegmentStats::owners);
        pages.sum("records_total", SegmentStats::records);
        pages.sum("record_bytes_total", SegmentStats::recordBytes);
        for (var kind : FaultKind.values()) {
            pages.times(kind, false);
            pages.times(kind, true);
        }
    }

    private static long now(
            Supplier<Optional<PageEngine.Use>> use, ToLongFunction<PageEngine.Use> value) {
        return use.get().map(value::applyAsLong).orElse(0L);
    }

    private void sum(String name, ToLongFunction<SegmentStats> value) {
        metrics.gauge(
                "krg.pages." + name, () -> () -> segments.get().stream().mapToLong(value).sum());
    }

    /// Where other nodes were asked, a fault takes the network's time and theirs.
    private void times(FaultKind kind, boolean elsewhere) {
        var name =
                "krg.pages.%s_fault_%s_seconds"
                        .formatted(
                                kind.name().toLowerCase(Locale.ROOT),
                                elsewhere ? "elsewhere" : "here");
        metrics.gauge(name, () -> () -> distribution(kind, elsewhere));
    }

    private Distribution distribution(FaultKind kind, boolean elsewhere) {
        var times =
                segments.get().stream()
                        .flatMap(stats -> stats.times().stream())
                        .filter(it -> it.kind() == kind && it.elsewhere() == elsewhere)
                        .toList();
        var bounds = FaultTimes.BOUNDS_NANOS;
        return new Distribution(
                IntStream.range(0, bounds.size())
                        .mapToObj(at ->
                                new Bucket(
                                        bounds.get(at) * NANOS,
                                        sum(times, it -> it.within().get(at))))
                        .toList(),
                sum(times, FaultTimes::count),
                sum(times, FaultTimes::sumNanos) * NANOS);
    }

    private static long sum(List<FaultTimes> times, ToLongFunction<FaultTimes> value) {
        return times.stream().mapToLong(value).sum();
    }
}
