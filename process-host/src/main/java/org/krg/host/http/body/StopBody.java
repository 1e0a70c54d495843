// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.StopOrder;

/// The body of a request to end a job.
public record StopBody(@Nullable JsonNode signal, @Nullable BigDecimal graceSeconds) {
    private static final Duration GRACE = Duration.ofSeconds(10);

    /// {@return the order it stands for} TERM and 10 seconds where nothing is said.
    public StopOrder order(Instant at) {
        return new StopOrder(
                Signals.parse(signal, Signals.TERM),
                Values.duration("graceSeconds", graceSeconds, GRACE),
                at);
    }
}
