// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// A way to get the protocol wrong, made by the simulation around the real handlers.
enum Breakage {
    /// None.
    NONE,
    /// The home takes it for granted that a copy is given up.
    INVALIDATION_NOT_AWAITED,
    /// A page is sent first, and the right to write it taken later.
    SENT_BEFORE_REVOKED,
    /// A node says it gave a copy up and does not.
    COPY_NOT_GIVEN_UP,
    /// A page nobody has any more is granted as zeros.
    ZEROS_FOR_LOST,
    /// A new home asks nobody but itself.
    SURVIVORS_NOT_ASKED,
    /// What is granted to be read can be written.
    READERS_MAY_WRITE,
    /// Messages between two members overtake each other.
    OUT_OF_ORDER,
    /// Of a run of pages that is sent only the first one is write-protected.
    RUN_PROTECTED_AT_ITS_START,
    /// Each page of a run gets the bytes of the first.
    RUN_OF_ONE_PAGE,
    /// The home keeps the bytes it sent first, and sends them again.
    OLD_BYTES_SENT,
    /// Some messages are lost without anybody being over.
    MESSAGES_LOST
}
