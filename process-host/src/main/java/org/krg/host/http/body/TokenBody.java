// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.math.BigDecimal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The body with which root asks for a token.
public record TokenBody(@Nullable BigDecimal lifeSeconds) {
    /// Long enough to walk to another machine.
    private static final Duration LIFE = Duration.ofHours(1);

    /// {@return how long it may be used}
    public Duration life() {
        return Values.duration("lifeSeconds", lifeSeconds, LIFE);
    }
}
