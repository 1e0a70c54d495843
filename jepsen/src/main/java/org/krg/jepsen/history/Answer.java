// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

import java.util.List;

/// What a client was told. What it cannot tell is unknown, never refused.
public sealed interface Answer {
    /// It was done.
    ///
    /// @param revision the one it wrote at, or that it read when it wrote nothing
    /// @param succeeded whether the comparisons held
    record Done(long revision, boolean succeeded, List<Result> results) implements Answer {
        public Done {
            results = List.copyOf(results);
        }
    }

    /// Surely nothing was changed.
    record Refused(String why) implements Answer {}

    /// Nobody can say.
    record Unknown(String why) implements Answer {}
}
