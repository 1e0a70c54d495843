// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import org.krg.state.model.OwnershipMode;

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
    /// Who is granted a page to read may write it, too, while others have it to read.
    PROMOTED_BESIDE_READERS,
    /// Messages between two members overtake each other.
    OUT_OF_ORDER,
    /// Of a run of pages that is sent only the first one is write-protected.
    RUN_PROTECTED_AT_ITS_START,
    /// Each page of a run gets the bytes of the first.
    RUN_OF_ONE_PAGE,
    /// The home keeps the bytes it sent first, and sends them again.
    OLD_BYTES_SENT,
    /// A page nobody has any more is what the file has, whatever version that is.
    OLD_FILE_FOR_LOST,
    /// The home is told that the file has a page which nobody has written there.
    FILED_UNWRITTEN,
    /// A page is written back while processes may store into it, and taken for clean.
    FILED_WHILE_STORED_INTO,
    /// What is marked of the file is taken for the newest version, whoever was granted one since.
    MARK_TAKEN_FOR_NEWEST(OwnershipMode.SYNC),
    /// A version is marked although a newer one was granted of which the log may never hear.
    MARKED_UNASKED(OwnershipMode.SYNC),
    /// Some messages are lost without anybody being over.
    MESSAGES_LOST,
    /// A page is granted before the record of its owner is in the log, where it has to wait.
    GRANTED_BEFORE_COMMITTED(OwnershipMode.SYNC),
    /// The log takes records of homes that are not the home any more.
    RECORD_OF_OLDER_EPOCH_HONOURED(OwnershipMode.SYNC),
    /// A new home does not look at what is recorded.
    RECORDS_NOT_READ(OwnershipMode.SYNC),
    /// A page without a record is taken for zeros where the log may trail.
    UNRECORDED_TAKEN_FOR_ZEROS(OwnershipMode.ASYNC),
    /// A page is granted before the mirror knows of its owner.
    GRANTED_BEFORE_NOTED(OwnershipMode.SEMISYNC),
    /// The mirror says that it knows of an owner and forgets it.
    NOTE_NOT_KEPT(OwnershipMode.SEMISYNC),
    /// The mirror that follows one that is over is not told what the one before knew.
    NEXT_MIRROR_NOT_TOLD(OwnershipMode.SEMISYNC),
    /// What a mirror knows of a home that did not know all is taken for all there is.
    PARTIAL_MIRROR_BELIEVED(OwnershipMode.SEMISYNC),
    /// A home that is not where the file is takes a page that nobody has for zeros.
    FILE_ELSEWHERE_TAKEN_FOR_ZEROS(OwnershipMode.SYNC),
    /// Of records of a page that go together the changes of the last one count only.
    MERGED_RECORDS_NOT_COUNTED(OwnershipMode.ASYNC);

    /// Where it can show.
    final OwnershipMode mode;

    Breakage() {
        this(OwnershipMode.ASYNC);
    }

    Breakage(OwnershipMode mode) {
        this.mode = mode;
    }
}
