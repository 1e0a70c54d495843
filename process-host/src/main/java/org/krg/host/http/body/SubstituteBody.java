// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.Substitute;
import org.krg.state.model.Substitute.Descriptor;
import org.krg.state.model.Substitute.OpenFile;

/// A file that takes the place of another one when a program is brought back.
///
/// @param file that the program has open; or `fd`
/// @param fd of its first process; or `file`
/// @param path of the other one
public record SubstituteBody(@Nullable String file, @Nullable Integer fd, @Nullable String path) {
    static List<Substitute> all(@Nullable List<SubstituteBody> bodies) {
        return Optional.ofNullable(bodies).orElse(List.of()).stream()
                .map(SubstituteBody::substitute)
                .toList();
    }

    private Substitute substitute() {
        try {
            return new Substitute(what(), Values.require("substitutes.path", path));
        } catch (IllegalArgumentException malformed) {
            throw Bodies.wrong("substitutes", String.valueOf(malformed.getMessage()));
        }
    }

    private Substitute.What what() {
        if (file != null && fd == null) {
            return new OpenFile(file);
        }
        if (fd != null && file == null) {
            return new Descriptor(fd);
        }
        throw Bodies.wrong("substitutes", "each has either file or fd");
    }
}
