// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// A stream that a program writes.
public enum OutputStreamName {
    /// Descriptor 1.
    STDOUT,
    /// Descriptor 2.
    STDERR
}
