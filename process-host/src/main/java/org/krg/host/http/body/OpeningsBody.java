// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.checkpoint.model.Opening;
import org.krg.state.model.Identity;

/// What an agent asks another one: whether a user can open files there.
///
/// @param user the name of the user
public record OpeningsBody(
        @Nullable Integer uid,
        @Nullable Integer gid,
        @Nullable List<Integer> groups,
        @Nullable String user,
        @Nullable List<OpeningBody> openings) {
    /// A file.
    public record OpeningBody(
            @Nullable String path,
            @Nullable Boolean reads,
            @Nullable Boolean writes,
            @Nullable Long leastBytes) {
        private Opening opening() {
            return new Opening(
                    Values.require("openings.path", path),
                    Values.require("openings.reads", reads),
                    Values.require("openings.writes", writes),
                    Values.require("openings.leastBytes", leastBytes));
        }
    }

    /// {@return the user}
    public Identity identity() {
        return new Identity(
                Values.require("uid", uid),
                Values.require("gid", gid),
                Optional.ofNullable(groups).orElse(List.of()),
                Values.require("user", user));
    }

    /// {@return the files}
    public List<Opening> all() {
        return Optional.ofNullable(openings).orElse(List.of()).stream()
                .map(OpeningBody::opening)
                .toList();
    }
}
