// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What an incarnation of a process starts from.
public sealed interface Origin {
    /// `main`.
    record Beginning() implements Origin {}

    /// A committed generation of the process.
    record Checkpoint(long generation) implements Origin {}
}
