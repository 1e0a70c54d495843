// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/// What comes in the output of a process.
public sealed interface LogItem {
    /// Bytes the program wrote.
    ///
    /// @param offset of the first of them in the surviving stream
    record Output(long offset, ByteBuffer bytes) implements LogItem {}

    /// The process was brought back; its output goes on from `offset`. What was read beyond belongs
    /// to the incarnation that was lost.
    record Mark(String text, long epoch, long offset) implements LogItem {}

    /// Nothing more will come.
    ///
    /// @param exitCode of the process, if it has ended
    /// @param complete whether all that the process had written was there
    record End(String reason, OptionalInt exitCode, boolean complete) implements LogItem {}
}
