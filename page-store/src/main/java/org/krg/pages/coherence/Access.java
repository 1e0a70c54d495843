// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

/// What the processes of a node may do with a page without asking.
public enum Access {
    /// Nothing: the page is not there.
    NONE,
    /// Read.
    READ,
    /// Read and write.
    WRITE
}
