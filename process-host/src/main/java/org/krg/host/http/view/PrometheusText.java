// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.codahale.metrics.Counting;
import com.codahale.metrics.MetricRegistry;
import com.codahale.metrics.Snapshot;
import java.util.Locale;

/// Metrics in the text format of Prometheus, version 0.0.4.
public final class PrometheusText {
    private static final double[] QUANTILES = {0.5, 0.95, 0.99};
    private static final double NANOS = 1e-9;

    private PrometheusText() {}

    /// {@return every metric that has numbers; times in seconds}
    public static String of(MetricRegistry metrics) {
        var text = new StringBuilder();
        metrics.getGauges()
                .forEach((name, gauge) -> {
                    switch (gauge.getValue()) {
                        case Number number -> single(text, name(name), "gauge", number);
                        case Distribution distribution -> histogram(text, name(name), distribution);
                        case null, default -> {}
                    }
                });
        metrics.getCounters()
                .forEach((name, counter) -> {
                    var kind = name.endsWith("_total") ? "counter" : "gauge";
                    single(text, name(name), kind, counter.getCount());
                });
        metrics.getMeters()
                .forEach((name, meter) ->
                        single(text, total(name(name)), "counter", meter.getCount()));
        metrics.getHistograms()
                .forEach((name, histogram) ->
                        summary(text, name(name), histogram.getSnapshot(), histogram, 1));
        metrics.getTimers()
                .forEach((name, timer) ->
                        summary(text, seconds(name(name)), timer.getSnapshot(), timer, NANOS));
        return text.toString();
    }

    private static void single(StringBuilder text, String name, String kind, Number value) {
        text.append("# TYPE ").append(name).append(' ').append(kind).append('\n');
        text.append(name).append(' ').append(value).append('\n');
    }

    private static void histogram(StringBuilder text, String name, Distribution distribution) {
        text.append("# TYPE ").append(name).append(" histogram\n");
        for (var bucket : distribution.buckets()) {
            bucket(text, name, Double.toString(bucket.bound()), bucket.count());
        }
        bucket(text, name, "+Inf", distribution.count());
        text.append(name).append("_sum ").append(distribution.sum()).append('\n');
        text.append(name).append("_count ").append(distribution.count()).append('\n');
    }

    private static void bucket(StringBuilder text, String name, String bound, long count) {
        text.append(String.format(Locale.ROOT, "%s_bucket{le=\"%s\"} %d%n", name, bound, count));
    }

    private static void summary(
            StringBuilder text, String name, Snapshot snapshot, Counting counting, double scale) {
        text.append("# TYPE ").append(name).append(" summary\n");
        for (var quantile : QUANTILES) {
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%s{quantile=\"%s\"} %s%n",
                            name,
                            quantile,
                            snapshot.getValue(quantile) * scale));
        }
        text.append(name).append("_count ").append(counting.getCount()).append('\n');
    }

    private static String name(String name) {
        return name.replaceAll("[^a-zA-Z0-9_:]", "_");
    }

    private static String total(String name) {
        return name.endsWith("_total") ? name : name + "_total";
    }

    private static String seconds(String name) {
        return name.endsWith("_seconds") ? name : name + "_seconds";
    }
}
