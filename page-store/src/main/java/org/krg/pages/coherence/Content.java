// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// Where the bytes of a granted page come from.
public enum Content {
    /// The node has them.
    KEPT,
    /// The page was never written: zeros.
    ZEROS,
    /// They come with the message.
    SENT
}
