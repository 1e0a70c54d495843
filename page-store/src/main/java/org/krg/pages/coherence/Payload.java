// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// The pages that are sent with a message.
public enum Payload {
    /// None.
    NONE,
    /// Those of the message that came with the one being handled.
    RECEIVED,
    /// Those that the last effect before this has read.
    READ_OUT
}
