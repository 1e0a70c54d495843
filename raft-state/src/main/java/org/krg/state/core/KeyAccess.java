// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import org.krg.state.image.Access;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyRole;

/// Decides who may use which keys. Asked for every sub-operation, where it is applied: each range
/// that is read, each key that is written, and READ as well wherever previous values are returned
/// or events are watched.
public final class KeyAccess {
    private KeyAccess() {}

    /// {@return why `principal` may not use all of `range` in that mode; empty when they may}
    ///
    /// The ranges that a user's roles allow count together: two that touch allow what spans both.
    ///
    /// @param principal name of a user; `root` and users with the role `root` may everything
    public static Optional<String> problem(
            Access access, String principal, KeyRange range, Mode mode) {
        if (!access.enabled() || access.isRoot(principal)) {
            return Optional.empty();
        }
        if (mode == Mode.READ_WRITE) {
            return problem(access, principal, range, Mode.READ)
                    .or(() -> problem(access, principal, range, Mode.WRITE));
        }
        var user = access.users().find(principal);
        if (user.isEmpty()) {
            return Optional.of("there is no user \"" + principal + "\"");
        }
        var allowed =
                user.get().roles().stream()
                        .flatMap(role -> access.roles().find(role).stream())
                        .map(KeyRole::grants)
                        .flatMap(grants -> grants.stream())
                        .filter(grant -> grant.mode().allows(mode))
                        .map(KeyGrant::range)
                        .toList();
        return range.isCoveredBy(allowed)
                ? Optional.empty()
                : Optional.of(
                        "no role of user %s lets them %s %s"
                                .formatted(principal, word(mode), range));
    }

    private static String word(Mode mode) {
        return switch (mode) {
            case READ -> "read";
            case WRITE -> "write";
            case READ_WRITE -> "read and write";
        };
    }
}
