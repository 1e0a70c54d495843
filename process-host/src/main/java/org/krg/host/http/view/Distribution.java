// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import java.util.List;

/// What a metric was how often: a histogram of Prometheus.
///
/// @param buckets in the order of their bounds
/// @param count of all, those above the last bound as well
/// @param sum of all values, in the metric's unit
public record Distribution(List<Bucket> buckets, long count, double sum) {
    /// How often it was at most `bound`.
    public record Bucket(double bound, long count) {}

    public Distribution {
        buckets = List.copyOf(buckets);
    }
}
