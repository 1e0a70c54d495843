// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.concurrent.CompletableFuture;

/// Somebody who was let in with a request.
///
/// @param principal the user whose permissions count
/// @param outcome has it written down who asked for what
/// @param memory what the request may hold
/// @param body what they send
public record Admitted(String principal, Outcome outcome, RequestMemory memory, Body body) {
    /// What became of a request.
    @FunctionalInterface
    public interface Outcome {
        /// Has it written down.
        ///
        /// @param subject whom or what it was about, as far as its path does not tell; may be empty
        /// @param status as HTTP numbers it
        void note(String subject, int status);
    }

    /// What is sent with a request.
    @FunctionalInterface
    public interface Body {
        /// {@return all of it, once it is there} Fails with [BodyRefused]. Asked for once.
        ///
        /// @param mostBytes that it may have
        CompletableFuture<byte[]> whole(int mostBytes);
    }
}
