// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// Somebody who was let in with a request.
///
/// @param principal the user whose permissions count
/// @param outcome has it written down who asked for what
public record Admitted(String principal, Outcome outcome) {
    /// What became of a request.
    @FunctionalInterface
    public interface Outcome {
        /// Has it written down.
        ///
        /// @param subject whom or what it was about, as far as its path does not tell; may be empty
        /// @param status as HTTP numbers it
        void note(String subject, int status);
    }
}
