// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// What reading one node's copy of a generation found.
///
/// @param bytes of contents that were read and are good
/// @param problem what is damaged or missing; empty if the copy is whole
public record Scanned(long bytes, String problem) {
    /// {@return whether every byte is good}
    public boolean isWhole() {
        return problem.isEmpty();
    }
}
