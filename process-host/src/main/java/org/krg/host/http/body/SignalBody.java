// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/// The body of a request to signal a job.
///
/// @param all every process of the cell, not only the program's first
public record SignalBody(@Nullable JsonNode signal, @Nullable Boolean all) {
    /// {@return the signal's number, TERM where nothing is said}
    public int number() {
        return Signals.parse(signal, Signals.TERM);
    }

    /// {@return whether every process gets it}
    public boolean isForAll() {
        return Boolean.TRUE.equals(all);
    }
}
