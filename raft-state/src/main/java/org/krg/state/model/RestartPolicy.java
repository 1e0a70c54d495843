// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;

/// What follows when a program ends by itself.
///
/// @param maxRestarts how often at most; reached, the process has ended
/// @param backOff wait before the first restart; doubled each time, at most [#MAX_BACK_OFF]
public record RestartPolicy(When when, int maxRestarts, Duration backOff) {
    /// The longest wait between two restarts.
    public static final Duration MAX_BACK_OFF = Duration.ofMinutes(5);

    /// The default: a program that ended has ended.
    public static final RestartPolicy NEVER =
            new RestartPolicy(When.NEVER, 0, Duration.ofSeconds(1));

    /// Which ends are followed by a restart from the beginning.
    public enum When {
        /// None.
        NEVER,
        /// An exit status other than 0, or a signal.
        ON_FAILURE,
        /// Every one.
        ALWAYS
    }

    public RestartPolicy {
        if (maxRestarts < 0 || backOff.isNegative()) {
            throw new IllegalArgumentException("negative restart count or back-off");
        }
    }
}
