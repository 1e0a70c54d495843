// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import org.krg.host.core.ScrubRound;

/// Where it is kept how far a node is with reading its copies, so that a restart does not begin
/// from the beginning.
public interface ScrubNotes {
    /// {@return what was written last; [ScrubRound#NEVER] if nothing was, or it cannot be read}
    ScrubRound read();

    /// Writes it. A failure costs a part of a round that is read again, and is logged.
    void write(ScrubRound round);
}
