// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import static org.krg.pages.coherence.Access.NONE;
import static org.krg.pages.coherence.Access.READ;
import static org.krg.pages.coherence.Access.WRITE;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.Effect.AskGrant;
import org.krg.pages.coherence.Effect.Downgrade;
import org.krg.pages.coherence.Effect.Install;
import org.krg.pages.coherence.Effect.Keep;
import org.krg.pages.coherence.Effect.NotePromoted;
import org.krg.pages.coherence.Effect.Poison;
import org.krg.pages.coherence.Effect.ReadOut;
import org.krg.pages.coherence.Effect.Resume;
import org.krg.pages.coherence.Effect.Revoke;
import org.krg.pages.coherence.Effect.Send;
import org.krg.pages.coherence.Effect.Upgrade;
import org.krg.pages.coherence.PageMessage.Claim;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Invalidate;
import org.krg.pages.coherence.PageMessage.Invalidated;
import org.krg.pages.coherence.PageMessage.Lost;
import org.krg.pages.coherence.PageMessage.Mirrored;
import org.krg.pages.coherence.PageMessage.Note;
import org.krg.pages.coherence.PageMessage.Noted;
import org.krg.pages.coherence.PageMessage.Recover;
import org.krg.pages.coherence.PageMessage.Take;
import org.krg.pages.coherence.PageMessage.ToHome;
import org.krg.pages.coherence.PageMessage.ToNode;
import org.krg.state.model.BlockId;
import org.krg.state.model.Invariant;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Member;

/// One block as one node sees it: which pages it has, which ones its processes wait for, and who
/// the home is. Owned by one thread at a time.
///
/// A page has at most one request under way; faults that come meanwhile wait for the same answer.
public final class NodeBlock {
    private final PageAccess access = new PageAccess();
    private final PageAccess wanted = new PageAccess();
    private final PageAccess asked = new PageAccess();
    private final BitSet lost = new BitSet();
    private final PageNumbers version = new PageNumbers();
    private final BitSet ahead = new BitSet();

    /// Pages at which a process stands still. Others that are wanted the agent itself wants.
    private final BitSet touched = new BitSet();

    /// Pages that this node may have its processes write, and that it shows them to be read only:
    /// it asked for no more, and is told of the first store.
    private final BitSet unwritten = new BitSet();

    private final ReadAhead reading = new ReadAhead();
    private final IntSupplier pages;

    /// What a home told this node as its mirror, in the epoch below; 0 if none did.
    private final SortedMap<Integer, OwnerNote> noted = new TreeMap<>();

    private long notedEpoch;
    private boolean notedAll;
    private @Nullable Member home;
    private long epoch;
    private boolean grantAsked;

    /// A block of which this node has nothing yet.
    ///
    /// @param pages how many there are; the last block of a segment is shorter, and may grow
    public NodeBlock(IntSupplier pages) {
        this.pages = pages;
    }

    /// {@return what this node may let its processes do with a page}
    public Access access(int page) {
        return access.get(page);
    }

    /// {@return what the processes of this node may do with a page}
    public Access shown(int page) {
        return unwritten.get(page) ? READ : access.get(page);
    }

    /// {@return the newest version this node had of a page; 0 if it never had it}
    public long version(int page) {
        return version.get(page);
    }

    /// {@return whether a touch of the page is an error}
    public boolean isLost(int page) {
        return lost.get(page);
    }

    /// {@return whether a process waits for the page}
    public boolean isWaiting(int page) {
        return wanted.get(page) != NONE;
    }

    /// {@return whether a page may come, or a home be agreed on, that was asked for}
    public boolean isExpecting() {
        return grantAsked || !asked.isAllNone();
    }

    /// {@return how many pages are here, or asked for, but for some}
    ///
    /// @param others those that do not count
    public int pagesTaken(BitSet others) {
        var taken = access.count(asked);
        for (var page = others.nextSetBit(0); page >= 0; page = others.nextSetBit(page + 1)) {
            if (access(page) != NONE || isAsked(page)) {
                taken--;
            }
        }
        return taken;
    }

    /// {@return whether a page is asked for}
    public boolean isAsked(int page) {
        return asked.get(page) != NONE;
    }

    /// {@return whether this node has nothing to do with the block, as before it was first touched}
    public boolean isUnused() {
        return epoch == 0 && home == null && !isExpecting() && lost.isEmpty();
    }

    /// {@return the epoch whose messages are heard; 0 before the first}
    public long epoch() {
        return epoch;
    }

    /// {@return who the home is, if that is known}
    public Optional<Member> home() {
        return Optional.ofNullable(home);
    }

    /// {@return what this node has, or last had, of each page that it ever had}
    public List<Copy> copies() {
        return IntStream.range(0, BlockId.PAGES)
                .filter(page -> version.get(page) > 0)
                .mapToObj(page -> new Copy(page, access.get(page), version.get(page)))
                .toList();
    }

    /// A process touched a page that it may not, or no longer did when the event was read.
    public List<Effect> fault(int page, boolean write) {
        return want(page, write, true);
    }

    /// The agent needs a page, as a process would that stopped at it.
    public List<Effect> need(int page, boolean write) {
        return want(page, write, false);
    }

    private List<Effect> want(int page, boolean write, boolean byProcess) {
        var needed = write ? WRITE : READ;
        if (lost.get(page)) {
            return List.of(new Poison(page));
        }
        var isKnown = access.get(page) != NONE || asked.get(page) != NONE;
        var effects = new Runs();
        if (shown(page).compareTo(needed) >= 0) {
            effects.add(new Resume(page, shown(page) == WRITE));
        } else if (unwritten.get(page)) {
            unwritten.set(page, false);
            effects.add(new Upgrade(page));
        } else {
            if (wanted.get(page).compareTo(needed) < 0) {
                wanted.set(page, needed);
            }
            touched.set(page, touched.get(page) || byProcess);
            request(page, effects);
        }
        if (!write) {
            var window = reading.read(page, isKnown, pages.getAsInt());
            fetchAhead(window.start(), window.end(), effects);
        }
        return effects.take();
    }

    /// A program says how it is going to read the block.
    public void advise(Advice advice) {
        reading.advise(advice);
    }

    /// A program is going to need pages: asks for those that are not here, to be read.
    ///
    /// @param end the first page that is not meant
    public List<Effect> willNeed(int start, int end) {
        return fetchAhead(start, Math.min(end, pages.getAsInt()));
    }

    /// The node is going to need these pages, to be read.
    public List<Effect> willNeed(List<Integer> needed) {
        var effects = new Runs();
        needed.forEach(page -> fetchAhead(page, effects));
        return effects.take();
    }

    private List<Effect> fetchAhead(int start, int end) {
        var effects = new Runs();
        fetchAhead(start, end, effects);
        return effects.take();
    }

    private void fetchAhead(int start, int end, Runs effects) {
        for (var page = start; page < end; page++) {
            fetchAhead(page, effects);
        }
    }

    private void fetchAhead(int page, Runs effects) {
        if (access.get(page) == NONE && asked.get(page) == NONE && !lost.get(page)) {
            ahead.set(page, true);
            request(page, effects);
        }
    }

    /// A process of the node reads on from the block before.
    ///
    /// @param length how many pages it is going to need
    public List<Effect> readOn(int length) {
        var window = reading.readOn(length, pages.getAsInt());
        return fetchAhead(window.start(), window.end());
    }

    /// {@return how many pages of the next block are to be asked for since the last call}
    public int takeOnward() {
        return reading.takeOnward();
    }

    /// The log says who is the home. Changes nothing for a node that has copies: it hears from the
    /// new home, which has to know of them first.
    public List<Effect> granted(Member newHome, long newEpoch) {
        return newEpoch > epoch && access.isAllNone() ? follow(newHome, newEpoch) : List.of();
    }

    /// A member is over. If it was the home, pages that are here stay usable; others need a new
    /// one.
    public List<Effect> gone(Member member) {
        if (member.equals(home)) {
            home = null;
            asked.clear();
            ahead.clear();
        }
        if (home != null) {
            return List.of();
        }
        // It may have been the next home, which has not said so yet.
        grantAsked = false;
        return requests();
    }

    /// Nobody can be the home for now: who waits gets an error, and who touches a page afterwards
    /// has it asked for again.
    public List<Effect> refused() {
        if (home != null) {
            return List.of();
        }
        grantAsked = false;
        ahead.clear();
        var waiting = IntStream.range(0, BlockId.PAGES).filter(this::isWaiting).boxed().toList();
        waiting.forEach(this::wantNoMore);
        return waiting.stream().<Effect>map(Poison::new).toList();
    }

    /// The home says something.
    public List<Effect> received(Member from, long messageEpoch, ToNode message) {
        if (message instanceof Recover) {
            return messageEpoch >= epoch ? recover(from, messageEpoch) : List.of();
        }
        if (message instanceof Note note) {
            return note(from, messageEpoch, note);
        }
        if (messageEpoch != epoch || !from.equals(home)) {
            return List.of();
        }
        return switch (message) {
            case Grant grant when grant.access() == READ -> install(grant);
            case Grant grant -> own(grant);
            case Fetch(var page, var count) -> fetch(page, count);
            case Take(var page) -> take(page);
            case Invalidate(var page) -> invalidate(page);
            case Lost(var page) -> lose(page);
            case Note _, Recover _ -> List.of();
        };
    }

    /// A node that has nothing of the block may hear of its home by this.
    private List<Effect> note(Member from, long messageEpoch, Note note) {
        var effects = new ArrayList<>(granted(from, messageEpoch));
        if (messageEpoch == epoch && from.equals(home)) {
            if (note.begins()) {
                noted.clear();
                notedEpoch = epoch;
                notedAll = note.isComplete();
            }
            note.notes().forEach(it -> noted.put(it.page(), it));
            effects.add(toHome(new Noted(note.sequence()), Payload.NONE));
        }
        return effects;
    }

    private List<Effect> recover(Member from, long newEpoch) {
        var effects = new ArrayList<Effect>();
        if (notedEpoch > 0) {
            var notes = new Notes(notedEpoch, notedAll, List.copyOf(noted.values()));
            effects.add(new Send(from, newEpoch, new Mirrored(notes), Payload.NONE));
        }
        effects.add(new Send(from, newEpoch, new Claim(copies()), Payload.NONE));
        effects.addAll(follow(from, newEpoch));
        return effects;
    }

    private List<Effect> follow(Member newHome, long newEpoch) {
        home = newHome;
        epoch = newEpoch;
        grantAsked = false;
        asked.clear();
        return requests();
    }

    private List<Effect> requests() {
        var effects = new Runs();
        for (var page = 0; page < BlockId.PAGES; page++) {
            if (isWaiting(page) || ahead.get(page)) {
                request(page, effects);
            }
        }
        return effects.take();
    }

    private void request(int page, Runs effects) {
        if (home == null) {
            askGrant(effects);
        } else if (asked.get(page) == NONE) {
            var write = wanted.get(page) == WRITE;
            asked.set(page, write ? WRITE : READ);
            effects.request(home, epoch, page, write, !write && !touched.get(page));
        }
    }

    private void askGrant(Runs effects) {
        if (!grantAsked) {
            grantAsked = true;
            effects.add(new AskGrant());
        }
    }

    /// Pages are shown at once, but for the one by which it is seen how far the reader has come.
    private List<Effect> install(Grant grant) {
        var effects = new Runs();
        var further = new Runs();
        for (var page = grant.page(); page < grant.page() + grant.pages(); page++) {
            Invariant.holds(access.get(page) == NONE, "a page comes once", page, access.get(page));
            if (reading.isSignal(page) && !isWaiting(page)) {
                effects.add(new Keep(page, grant.content()));
            } else {
                effects.install(page, grant.content());
            }
            come(page, grant, further);
        }
        effects.addAll(further.take());
        return effects.take();
    }

    private List<Effect> own(Grant grant) {
        var page = grant.page();
        var effects = new Runs();
        if (grant.content() == Content.KEPT) {
            Invariant.holds(
                    access.get(page) == READ, "who keeps a page has it", page, access.get(page));
            effects.add(new Upgrade(page));
        } else {
            Invariant.holds(access.get(page) == NONE, "a page comes once", page, access.get(page));
            unwritten.set(page, wanted.get(page) == READ);
            if (unwritten.get(page)) {
                effects.add(new NotePromoted(page, false));
            }
            effects.add(new Install(page, 1, !unwritten.get(page), grant.content()));
        }
        come(page, grant, effects);
        return effects.take();
    }

    /// @param effects what is asked for now because somebody wants more than was granted
    private void come(int page, Grant grant, Runs effects) {
        access.set(page, grant.access());
        version.set(page, grant.version());
        asked.set(page, NONE);
        ahead.set(page, false);
        if (wanted.get(page).compareTo(grant.access()) > 0) {
            request(page, effects);
        } else {
            wantNoMore(page);
        }
    }

    private List<Effect> fetch(int page, int count) {
        var isWritten = false;
        for (var each = page; each < page + count; each++) {
            Invariant.holds(access.get(each) != NONE, "who is asked for a page has it", each);
            isWritten |= shown(each) == WRITE;
            access.set(each, READ);
        }
        var read = isWritten ? new Downgrade(page, count) : new ReadOut(page, count);
        return sent(read, page, count);
    }

    private List<Effect> take(int page) {
        Invariant.holds(access.get(page) != NONE, "who is asked for a page has it", page);
        var revoke = new Revoke(page, shown(page) == WRITE, true);
        access.set(page, NONE);
        reading.gone(page);
        return sent(revoke, page, 1);
    }

    /// Pages that were read out go to the home, which learns of those that it promoted in vain.
    private List<Effect> sent(Effect readOut, int page, int count) {
        var effects = new ArrayList<Effect>();
        effects.add(readOut);
        var bits = 0L;
        for (var each = page; each < page + count; each++) {
            if (unwritten.get(each)) {
                unwritten.set(each, false);
                bits |= 1L << (each - page);
                effects.add(new NotePromoted(each, true));
            }
        }
        effects.add(toHome(new Data(page, count, bits), Payload.READ_OUT));
        return effects;
    }

    private List<Effect> invalidate(int page) {
        Invariant.holds(
                access.get(page) == READ, "who gives a copy up has one", page, access.get(page));
        access.set(page, NONE);
        reading.gone(page);
        return List.of(new Revoke(page, false, false), toHome(new Invalidated(page), Payload.NONE));
    }

    private List<Effect> lose(int page) {
        lost.set(page, true);
        wantNoMore(page);
        asked.set(page, NONE);
        ahead.set(page, false);
        return List.of(new Poison(page));
    }

    private void wantNoMore(int page) {
        wanted.set(page, NONE);
        touched.set(page, false);
    }

    private Send toHome(ToHome message, Payload payload) {
        if (home == null) {
            throw new InvariantBroken("an answer has a home to go to: " + message);
        }
        return new Send(home, epoch, message, payload);
    }
}
