// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

/// Slows down whoever reads much.
@FunctionalInterface
public interface Pace {
    /// Called when bytes were read; returns when more may be.
    void read(int bytes);
}
