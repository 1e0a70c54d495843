// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// Checks that are always on.
public final class Invariant {
    private Invariant() {}

    /// Throws [InvariantBroken] with `what` and the values unless `condition` holds.
    public static void holds(boolean condition, String what, Object... values) {
        if (!condition) {
            throw new InvariantBroken(what + " " + List.of(values));
        }
    }
}
