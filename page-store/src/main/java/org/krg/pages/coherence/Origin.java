// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// What the pages of a block hold that nobody was ever granted.
public enum Origin {
    /// Zeros.
    ZEROS,
    /// What a file holds, which the home reads and writes.
    FILE,
    /// What a file holds that is on another node: nobody has them.
    FILE_ELSEWHERE
}
