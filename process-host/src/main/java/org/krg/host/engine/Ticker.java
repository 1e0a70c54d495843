// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;

/// A clock that only goes forward, also while the machine sleeps, and that nobody sets.
@FunctionalInterface
public interface Ticker {
    /// {@return the time since a fixed moment}
    Duration now();
}
