// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

/// A change of files that loses nothing that was agreed.
public sealed interface RepairStep {
    /// Cut a segment of the log to its whole entries.
    record CutTail(String file, long whole) implements RepairStep {}

    /// Move a directory to where nobody reads it.
    record PutAside(String directory, String why) implements RepairStep {}

    /// Move the rows to where nobody reads them; they are made anew of a snapshot and the log.
    record PutRowsAside(String why) implements RepairStep {}
}
