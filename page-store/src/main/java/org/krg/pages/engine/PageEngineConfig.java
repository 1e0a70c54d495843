// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.time.Duration;
import org.krg.state.model.Member;

/// Settings of a node's page engine.
///
/// @param self the agent as it registered
/// @param pinWindow how long a page stays after it came, whoever wants it: long enough for the
///   thread that waited to be woken and to touch it, or contended pages would be carried around
///   untouched
public record PageEngineConfig(Member self, Duration pinWindow) {
    /// {@return the settings for an agent}
    public static PageEngineConfig of(Member self) {
        return new PageEngineConfig(self, Duration.ofNanos(200_000));
    }
}
