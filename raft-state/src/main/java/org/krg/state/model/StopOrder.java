// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Duration;
import java.time.Instant;

/// A user's wish that a job ends.
///
/// @param signal sent first
/// @param grace after which the cell is killed
public record StopOrder(int signal, Duration grace, Instant at) {
    /// {@return when the cell is killed}
    public Instant deadline() {
        return at.plus(grace);
    }
}
