// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.PageMessage.ToHome;
import org.krg.pages.coherence.PageMessage.ToNode;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Member;
import org.krg.state.model.PageRecord;

/// One member: the real handlers, its memory as its process sees it, and what the process is about
/// to do.
final class SimulatedAgent {
    /// A message on its way, with the pages that go with it.
    record Mail(Member from, Member to, long epoch, PageMessage message, List<Long> pages) {
        /// {@return what came of a run of pages}
        List<Long> pages(int page, int count) {
            var first =
                    switch (message) {
                        case PageMessage.Grant grant -> grant.page();
                        case PageMessage.Data data -> data.page();
                        default -> throw new InvariantBroken("no page comes with " + message);
                    };
            return pages.subList(page - first, page - first + count);
        }
    }

    /// Pages that are being read from the file for the home of an epoch.
    record Loading(long epoch, int page, int count) {}

    /// A store or load that is to be made.
    record Touch(int page, boolean write) {}

    final Member member;
    final NodeBlock node;
    final Access[] rights;
    final long[] bytes;

    /// Pages that are in the memory and that the process has yet to touch.
    final boolean[] isUnmapped;

    /// Rights that are left by page once they are taken; only where the protocol is broken.
    final @Nullable Access[] later;

    final List<Mail> heldBack = new ArrayList<>();
    final List<Mail> early = new ArrayList<>();
    final List<Loading> loading = new ArrayList<>();

    /// Versions that are in the file, and those of them that are going to be marked, by page.
    final SortedMap<Integer, Long> written = new TreeMap<>();

    final SortedMap<Integer, Long> marking = new TreeMap<>();
    @Nullable HomeBlock home;
    long homeEpoch;

    /// Records that it has yet to propose, by page.
    final SortedMap<Integer, PageRecord> unrecorded = new TreeMap<>();

    /// Records that it has proposed and hears nothing of yet; none if it proposed none.
    List<PageRecord> proposed = List.of();

    boolean accepted;

    /// Entries of the log that it knows.
    int known;

    @Nullable Touch touch;

    /// The page touched last.
    int last;

    /// Whether it is going to write that.
    boolean isInTurn;

    boolean faulted;
    boolean grantAsked;

    /// Declared lost: its process stands still, the rest may go on until it learns of it.
    boolean frozen;

    SimulatedAgent(Member member, int pages) {
        this.member = member;
        this.node = new NodeBlock(() -> pages);
        this.isUnmapped = new boolean[pages];
        this.rights = new Access[pages];
        this.later = new Access[pages];
        Arrays.fill(rights, Access.NONE);
        this.bytes = new long[pages];
    }

    /// {@return what the handlers make of a message; nothing if it waits for the log}
    Optional<List<Effect>> handle(Mail mail) {
        return switch (mail.message()) {
            case ToNode message -> Optional.of(node.received(mail.from(), mail.epoch(), message));
            case ToHome message -> {
                if (home == null || mail.epoch() > homeEpoch) {
                    early.add(mail);
                    yield Optional.empty();
                }
                yield Optional.of(home.received(mail.from(), mail.epoch(), message));
            }
        };
    }

    /// {@return whether its process may make its store or load now}
    boolean mayTouch(Touch wanted) {
        return !isUnmapped[wanted.page()]
                && rights[wanted.page()].compareTo(wanted.write() ? Access.WRITE : Access.READ)
                        >= 0;
    }
}
