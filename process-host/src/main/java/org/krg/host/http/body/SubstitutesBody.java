// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.Substitute;

/// What an agent asks one that has a copy of a checkpoint: how its program would open these files.
public record SubstitutesBody(@Nullable List<SubstituteBody> substitutes) {
    /// {@return the files that take the place of others}
    public List<Substitute> others() {
        return SubstituteBody.all(substitutes);
    }
}
