// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

/// A job that a client submitted.
///
/// @param job its name, which no other submission has
/// @param exitCode what it has to end with
/// @param answer what the client was told
public record Submission(String job, int exitCode, Answer answer) {
    /// What a client can be told.
    public enum Answer {
        /// The job exists.
        ACCEPTED,
        /// It does not exist: nothing was changed.
        REFUSED,
        /// Nobody can say.
        UNKNOWN
    }
}
