// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.Substitute;

/// The body of a request to bring a process back.
///
/// @param frozen whether it stands still until it is unfrozen
/// @param name of the job it is to be, beside the one it was taken of
/// @param substitutes files that it gets in the place of some it had
public record RestoreBody(
        @Nullable Boolean frozen,
        @Nullable String name,
        @Nullable List<SubstituteBody> substitutes) {
    /// {@return whether it stands still: not where nothing is said}
    public boolean isFrozen() {
        return Boolean.TRUE.equals(frozen);
    }

    /// {@return the name of the other job; empty where the job itself goes back}
    public Optional<String> findName() {
        return Optional.ofNullable(name);
    }

    /// {@return the files that take the place of others}
    public List<Substitute> others() {
        return SubstituteBody.all(substitutes);
    }
}
