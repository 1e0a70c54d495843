// SPDX-License-Identifier: Apache-2.0

/// The protocol that keeps the pages of a segment coherent over nodes: sequential consistency
/// between nodes by one writer or many readers of a page, write-invalidate. Pure: no I/O, clock,
/// threads.
///
/// A block of 512 pages has a home, agreed on in the log with an epoch before anybody acts on it.
/// Everything about a page goes between its home and the nodes; the home orders it, one transfer of
/// a page at a time:
///
/// ```
/// node → home   Request(R|W), Data + page, Invalidated, Noted, Mirrored, Claim
/// home → node   Fetch, Take, Invalidate, Grant(R|W) (+ page), Lost, Note, Recover
/// home → log    Record(page, version, owner)
///
/// the page is      a reader asks                a writer asks
/// untouched        Grant R, zeros               Record; Grant W, zeros
/// in the file      Load, Grant R                Record; Load, Grant W
/// read by S        Fetch from one, Grant R      Record, Invalidate S but the writer and one that
///                                               provides; all have answered: Take from that one;
///                                               Grant W
/// written by o     Fetch from o, Grant R        Record; Take from o, Grant W
/// lost             Lost                         Lost
/// ```
///
/// Behind Record the home waits, by the mode of the segment, for nothing, for the Noted of its
/// mirror, which it sends a Note, or for the log. The first record of an epoch waits for the log in
/// each mode but the first: a home of whose epoch the log has none has granted nothing unknown.
///
/// The home of a segment with a file is where the file is, as long as that node may come back; in
/// `ASYNC` only the first home has to be. Such a page is loaded from there when somebody asks for
/// it that nobody has, if the version that the file has for certain is the newest: at first, and
/// after it was written back, until somebody is granted to write it again. A home elsewhere loads
/// nothing: what nobody claims is lost.
///
/// A process that reads a page which another node may write is granted it to be written if the page
/// is migratory ([MigratoryPattern]), as if it had asked for that. Its node shows the page to be
/// read only until a process stores into it; of a page into which none has, Data says so.
///
/// What has to hold for that, and is the engine's to keep: messages between two members arrive in
/// order and once, or not at all from some point on, and then one of the two is declared over;
/// effects are performed in order, and what reads a page out first takes the right to write it from
/// every process. A `Fetch`, `Take` or `Invalidate` may be held back (so that who was just granted
/// a page gets to use it): no other of them is sent for the page before it is answered.
///
/// When a home is over, pages stay usable where they are. Who needs more has the block granted
/// anew, with the next epoch; the new home asks all live members for their copies. A member that
/// has answered hears nobody of an older epoch any more, so the answers together are a state that
/// the old home could have been in. A page that nobody claims is lost: touched it is an error,
/// never zeros and never an older version. Only if no record is of it, and the new home has all
/// records, nobody can have written it: it is zeros, or what the file holds.
@NullMarked
package org.krg.pages.coherence;

import org.jspecify.annotations.NullMarked;
