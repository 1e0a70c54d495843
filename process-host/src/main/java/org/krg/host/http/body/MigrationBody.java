// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.NodeId;

/// The body of a request to move a process.
public record MigrationBody(
        @Nullable String to,
        @Nullable String mode,
        @Nullable BigDecimal limitSeconds,
        @Nullable Boolean dryRun,
        @Nullable String reason) {
    private static final String AUTO = "auto";

    private static final Duration LIMIT = Duration.ofMinutes(5);

    /// How a process is moved, as users say it.
    public enum Mode {
        /// By its size.
        AUTO,
        /// Memory is sent ahead.
        WARM,
        /// Nothing is.
        STOP_COPY,
        /// Memory follows.
        POST_COPY
    }

    /// {@return the node that was named; empty for the best one}
    public Optional<NodeId> target() {
        return Optional.ofNullable(to)
                .filter(name -> !name.equals(AUTO))
                .map(name -> Values.node("to", name));
    }

    /// {@return how it is to be moved}
    public Mode how() {
        return Values.constant("mode", mode, Mode.AUTO);
    }

    /// {@return how long it may take} Five minutes where nothing is said.
    public Duration limit() {
        return Values.duration("limitSeconds", limitSeconds, LIMIT);
    }

    /// {@return who asked for it and what chose the target, as a clause for people}
    ///
    /// @param user the caller's name; empty for an agent, which says why itself
    public String why(String user) {
        if (user.isEmpty()) {
            return reason == null ? "" : reason.strip();
        }
        return "%s asked for it%s and %s"
                .formatted(
                        user,
                        reason == null || reason.isBlank() ? "" : ", as " + reason.strip() + ",",
                        target().map(node -> "named " + node)
                                .orElse("left it to the policy where to"));
    }

    /// {@return whether nothing is to be done but to look}
    public boolean isDryRun() {
        return dryRun != null && dryRun;
    }
}
