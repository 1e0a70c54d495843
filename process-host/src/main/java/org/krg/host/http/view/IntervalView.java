// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.krg.host.core.CheckpointInterval;

/// How often a process is checkpointed, and why.
final class IntervalView {
    private IntervalView() {}

    static ObjectNode of(CheckpointInterval interval) {
        var view =
                Json.object()
                        .put("everySeconds", Json.seconds(interval.every()))
                        .put("reason", Json.word(interval.reason()));
        return interval.reason() == CheckpointInterval.Reason.ASKED
                ? view
                : view.put("costSeconds", Json.seconds(interval.cost()))
                        .put("measured", interval.measured())
                        .put("betweenFailuresSeconds", Json.seconds(interval.between()))
                        .put("losses", interval.losses());
    }
}
