// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// How a program is going to read pages, as `madvise(2)` has it.
public enum Advice {
    /// Nobody knows: two faults in a row are taken for a beginning.
    NORMAL,
    /// One page after the other.
    SEQUENTIAL,
    /// Here and there: nothing is fetched ahead.
    RANDOM
}
