// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// The page that is sent with a message.
public enum Payload {
    /// None.
    NONE,
    /// The one that came with the message being handled.
    RECEIVED,
    /// The one that the last effect before this has read.
    READ_OUT
}
