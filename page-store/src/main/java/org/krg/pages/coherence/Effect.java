// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import org.krg.state.model.Member;

/// What is to be done, in the order given. Pages are indices in the block; what is done to a run of
/// pages may be done to all of them at once.
public sealed interface Effect {
    /// Send a message about the block. It arrives after what was sent to the member before.
    record Send(Member to, long epoch, PageMessage message, Payload payload) implements Effect {}

    /// Make absent pages readable or writable, and let who waits go on.
    ///
    /// @param content zeros, or the pages that came with the message being handled
    record Install(int page, int count, boolean writable, Content content) implements Effect {}

    /// Put an absent page into the memory to be read; who touches it stands still and is told of.
    record Keep(int page, Content content) implements Effect {}

    /// Make a readable page writable, and let who waits go on.
    record Upgrade(int page) implements Effect {}

    /// Make pages readable of which some are writable, and read them out.
    record Downgrade(int page, int count) implements Effect {}

    /// Read out readable pages.
    record ReadOut(int page, int count) implements Effect {}

    /// Make a page absent.
    ///
    /// @param writable what it was
    /// @param readOut whether its bytes are needed
    record Revoke(int page, boolean writable, boolean readOut) implements Effect {}

    /// Let who waits go on: the page is there as it is needed.
    record Resume(int page, boolean writable) implements Effect {}

    /// Make every touch of an absent page an error, from now on.
    record Poison(int page) implements Effect {}

    /// Have it recorded that a page is a member's, or is going to be. Of a page the newest record
    /// counts. [HomeBlock#recorded] tells of it when it is there.
    ///
    /// @param changes how many versions there were since the record before
    record RecordOwner(int page, long version, Member owner, int changes) implements Effect {}

    /// Note that a page came to be written when it was asked for to be read.
    ///
    /// @param inVain whether it goes, or is only read from now on, and nobody wrote it
    record NotePromoted(int page, boolean inVain) implements Effect {}

    /// Note that nobody has a page any more.
    ///
    /// @param owner who had it
    record NoteLost(int page, Member owner) implements Effect {}

    /// Read pages from the file of the segment; [HomeBlock#loaded] or [HomeBlock#unreadable] tells
    /// of the end.
    record Load(int page, int count) implements Effect {}

    /// Have a home for the block agreed on; [NodeBlock#granted] tells of it.
    record AskGrant() implements Effect {}
}
