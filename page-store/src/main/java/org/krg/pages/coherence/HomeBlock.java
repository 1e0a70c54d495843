// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.Effect.NoteLost;
import org.krg.pages.coherence.Effect.RecordOwner;
import org.krg.pages.coherence.Effect.Send;
import org.krg.pages.coherence.PageMessage.Claim;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Invalidated;
import org.krg.pages.coherence.PageMessage.Mirrored;
import org.krg.pages.coherence.PageMessage.Noted;
import org.krg.pages.coherence.PageMessage.Recover;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.pages.coherence.PageMessage.ToHome;
import org.krg.pages.coherence.PageMessage.ToNode;
import org.krg.state.model.BlockId;
import org.krg.state.model.Invariant;
import org.krg.state.model.Member;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PageOwner;

/// One block as its home orders it, in one epoch. Owned by one thread at a time.
///
/// The home of the first epoch knows that nobody was granted a page before. A later one asks every
/// live member for its copies; until all have answered or are gone, requests wait. What they say is
/// what counts; the log says whose pages were that nobody has, and, if no page was granted to be
/// written without it, which ones are zeros still.
public final class HomeBlock {
    private static final long FIRST_EPOCH = 1;

    private final Member self;
    private final long epoch;
    private final OwnershipMode mode;
    private final Origin origin;
    private final SortedMap<Integer, PageOwner> records;
    private final SortedMap<Integer, Long> marks;
    private final HomePage.Outside outside = new Outside();
    private final Mirroring mirroring;

    /// What mirrors of earlier homes know.
    private final SortedMap<Member, Notes> mirrors = new TreeMap<>();

    /// Whether a page that no record is of was never granted to be written, and can be had.
    private boolean isComplete;

    /// Whether the log has a record of this epoch.
    private boolean hasActed;

    /// What the mirror has confirmed that waits for that.
    private @Nullable Heard lastNoted;

    private final @Nullable HomePage[] pages = new HomePage[BlockId.PAGES];
    private final SortedSet<Member> unheard = new TreeSet<>();
    private final SortedMap<Member, List<Copy>> claims = new TreeMap<>();
    private final SortedMap<Integer, List<Ask>> early = new TreeMap<>();
    private final Runs effects = new Runs();

    /// The home of a block that was just granted to this member.
    ///
    /// @param live every member that may have copies, this one included
    /// @param records what the log says of its pages
    /// @param origin what pages hold that nobody was ever granted
    /// @param marks which versions the file of the segment has, as is marked beside it
    public HomeBlock(
            Member self,
            long epoch,
            Collection<Member> live,
            OwnershipMode mode,
            SortedMap<Integer, PageOwner> records,
            Origin origin,
            SortedMap<Integer, Long> marks) {
        this.self = self;
        this.epoch = epoch;
        this.mode = mode;
        this.origin = origin;
        this.records = records;
        this.marks = marks;
        this.isComplete =
                origin != Origin.FILE_ELSEWHERE
                        && (epoch == FIRST_EPOCH || mode == OwnershipMode.SYNC);
        var hasMirror = mode == OwnershipMode.SEMISYNC;
        this.mirroring = new Mirroring(self, hasMirror ? live : List.of());
        if (epoch > FIRST_EPOCH) {
            unheard.addAll(live);
            Invariant.holds(unheard.contains(self), "the home is live", self, live);
        }
    }

    /// {@return whether members have yet to say what they have}
    public boolean isRecovering() {
        return !unheard.isEmpty();
    }

    /// {@return what is known of each page that was asked for}
    public List<HomeEntry> entries() {
        return Arrays.stream(pages).filter(Objects::nonNull).map(HomePage::entry).toList();
    }

    /// {@return what to do first}
    public List<Effect> start() {
        unheard.forEach(member -> send(member, new Recover(), Payload.NONE));
        return done();
    }

    /// A member says something. What was said to the home of another epoch is not heard.
    public List<Effect> received(Member from, long messageEpoch, ToHome message) {
        if (messageEpoch == epoch) {
            switch (message) {
                case Claim(var copies) -> claim(from, copies);
                case Mirrored(var notes) -> mirrored(from, notes);
                case Noted(var upTo) -> noted(from, upTo);
                case Request(var page, var count, var write, var ahead) -> {
                    var ask = new Ask(from, write, !ahead);
                    for (var each = page; each < page + count; each++) {
                        request(each, ask);
                    }
                }
                case Invalidated(var page) -> page(page).invalidated(from);
                case Data data -> {
                    for (var each = data.page(); each < data.page() + data.pages(); each++) {
                        page(each).data(from, data.isUnwritten(each));
                    }
                }
            }
        }
        return done();
    }

    /// A record is in the log, of that version or a newer one.
    public List<Effect> recorded(int page, long version) {
        hasActed = true;
        mirroring.logged(page, version);
        var known = pages[page];
        if (known != null) {
            known.recorded(version);
        }
        if (lastNoted != null) {
            var held = lastNoted;
            lastNoted = null;
            noted(held.from, held.upTo);
        }
        return done();
    }

    /// A member is over.
    ///
    /// @param live who lives now
    public List<Effect> gone(Member member, Collection<Member> live) {
        if (mode == OwnershipMode.SEMISYNC) {
            mirroring.gone(member, live);
        }
        if (isRecovering()) {
            claims.remove(member);
            mirrors.remove(member);
            early.values().forEach(asks -> asks.removeIf(ask -> ask.member().equals(member)));
            heard(member);
        } else {
            for (var page : pages) {
                if (page != null) {
                    page.gone(member);
                }
            }
        }
        return done();
    }

    /// Pages have come from the file of the segment, as [Effect.Load] asked for.
    public List<Effect> loaded(int page, int count) {
        each(page, count, it -> page(it).loaded());
        return done();
    }

    /// Pages cannot be read from the file: they are lost.
    public List<Effect> unreadable(int page, int count) {
        each(page, count, it -> page(it).unreadable());
        return done();
    }

    /// {@return whether the file of the segment may lack the newest version of a page; so it is if
    /// nobody has that any more}
    public boolean isUnfiled(int index) {
        var known = pages[index];
        return known == null ? !isComplete : known.isUnfiled();
    }

    /// The file has a version of a page from now on. When it was read, nobody could write the page.
    public void filed(int page, long version) {
        page(page).filed(version);
    }

    /// {@return whether it may be marked beside the file that it has this version of a page} If so,
    /// nobody is granted a newer one from now on before that is recorded: a later home that knows
    /// of none takes the page from the file.
    public boolean mark(int page, long version) {
        return keepsMarks() && page(page).mark(version);
    }

    /// {@return whether a later home can know that nobody was granted a page since it was marked}
    public boolean keepsMarks() {
        return origin == Origin.FILE && mode != OwnershipMode.ASYNC;
    }

    /// {@return the pages that are lost with this home, as things are: nobody else has them, and
    /// the next home could not tell that nobody wrote them}
    public List<Integer> onlyHere() {
        // A mirror may be over, and the next one not told yet.
        var isToldOfUnwritten = mode == OwnershipMode.SYNC;
        return IntStream.range(0, BlockId.PAGES)
                .filter(index -> {
                    var known = pages[index];
                    return known == null
                            ? isComplete && !isToldOfUnwritten
                            : known.isOnlyHere(isToldOfUnwritten);
                })
                .boxed()
                .toList();
    }

    /// Has processes of this node only read a page that they may write: what is stored afterwards
    /// is of a new version.
    public List<Effect> share(int page) {
        page(page).share();
        return done();
    }

    private static void each(int page, int count, IntConsumer action) {
        IntStream.range(page, page + count).forEach(action);
    }

    private void claim(Member from, List<Copy> copies) {
        if (unheard.contains(from)) {
            claims.put(from, copies);
            heard(from);
        }
    }

    private void mirrored(Member from, Notes notes) {
        if (unheard.contains(from)) {
            mirrors.put(from, notes);
        }
    }

    private void request(int page, Ask ask) {
        if (isRecovering()) {
            early.computeIfAbsent(page, _ -> new ArrayList<>()).add(ask);
        } else {
            page(page).request(ask);
        }
    }

    private void heard(Member member) {
        if (unheard.remove(member) && unheard.isEmpty()) {
            recover();
            early.forEach((page, asks) -> asks.forEach(page(page)::request));
            early.clear();
        }
    }

    /// Until the log says that this home has granted a page to be written, nothing goes on that
    /// only the mirror knows of.
    private void noted(Member from, long upTo) {
        if (hasActed) {
            mirroring.noted(from, upTo).forEach(it -> page(it.page()).recorded(it.version()));
        } else {
            lastNoted = new Heard(from, upTo);
        }
    }

    private record Heard(Member from, long upTo) {}

    /// Only a mirror of the last home that granted a page to be written, or of one after it, knows
    /// all that is not in the log.
    private void recover() {
        var lastToAct =
                records.values().stream().mapToLong(it -> it.epoch().value()).max().orElse(0);
        var notes =
                mirrors.values().stream()
                        .filter(it -> mode == OwnershipMode.SEMISYNC && it.epoch() >= lastToAct)
                        .max(
                                Comparator.comparing(Notes::isComplete)
                                        .thenComparingLong(Notes::epoch));
        var isAllTold =
                mode == OwnershipMode.SEMISYNC
                        && (lastToAct == 0 || notes.filter(Notes::isComplete).isPresent());
        isComplete |= origin != Origin.FILE_ELSEWHERE && isAllTold;
        claims.forEach((holder, copies) ->
                copies.forEach(copy -> page(copy.page()).claimed(holder, copy)));
        records.forEach((page, record) -> page(page).wasRecorded(record.version(), record.owner()));
        notes.ifPresent(all -> all.notes().forEach(note -> page(note.page()).wasNoted(note)));
        if (isComplete) {
            marks.forEach((page, version) -> page(page).wasMarked(version));
        }
        for (var page : pages) {
            if (page != null) {
                page.recovered(isComplete);
            }
        }
        claims.clear();
        mirrors.clear();
    }

    private HomePage page(int index) {
        var known = pages[index];
        if (known != null) {
            return known;
        }
        var created =
                isComplete
                        ? HomePage.untouched(index, self, outside, origin)
                        : HomePage.unclaimed(index, self, outside, origin);
        pages[index] = created;
        return created;
    }

    private void send(Member to, ToNode message, Payload payload) {
        effects.add(new Send(to, epoch, message, payload));
    }

    private final class Outside implements HomePage.Outside {
        @Override
        public void send(Member to, ToNode message, Payload payload) {
            HomeBlock.this.send(to, message, payload);
        }

        @Override
        public void fetch(Member from, int page) {
            effects.fetch(from, epoch, page);
        }

        @Override
        public void grant(Member to, int page, long version, Content content, Payload payload) {
            effects.grant(to, epoch, page, version, content, payload);
        }

        @Override
        public void record(int page, long version, Member owner, int changes) {
            effects.add(new RecordOwner(page, version, owner, changes));
            if (mode == OwnershipMode.SEMISYNC) {
                mirroring.add(new OwnerNote(page, version, owner));
            }
        }

        @Override
        public void lost(int page, Member owner) {
            effects.add(new NoteLost(page, owner));
        }

        @Override
        public boolean recordsFirst() {
            return mode != OwnershipMode.ASYNC;
        }

        @Override
        public void load(int page) {
            effects.load(page);
        }
    }

    /// The mirror is told of what was decided. It is told nothing before the home itself knows what
    /// the mirror before was told.
    private List<Effect> done() {
        if (!isRecovering()) {
            mirroring.tell(isComplete).ifPresent(it -> send(it.mirror(), it.note(), Payload.NONE));
        }
        return effects.take();
    }
}
