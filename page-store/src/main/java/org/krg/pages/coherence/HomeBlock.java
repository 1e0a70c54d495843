// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.Effect.Send;
import org.krg.pages.coherence.PageMessage.Claim;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Invalidated;
import org.krg.pages.coherence.PageMessage.Recover;
import org.krg.pages.coherence.PageMessage.Request;
import org.krg.pages.coherence.PageMessage.ToHome;
import org.krg.pages.coherence.PageMessage.ToNode;
import org.krg.state.model.BlockId;
import org.krg.state.model.Invariant;
import org.krg.state.model.Member;

/// One block as its home orders it, in one epoch. Owned by one thread at a time.
///
/// The home of the first epoch knows that nobody was granted a page before. A later one asks every
/// live member for its copies; until all have answered or are gone, requests wait.
public final class HomeBlock {
    private static final long FIRST_EPOCH = 1;

    private final Member self;
    private final long epoch;
    private final @Nullable HomePage[] pages = new HomePage[BlockId.PAGES];
    private final SortedSet<Member> unheard = new TreeSet<>();
    private final SortedMap<Member, List<Copy>> claims = new TreeMap<>();
    private final SortedMap<Integer, List<Ask>> early = new TreeMap<>();
    private List<Effect> effects = new ArrayList<>();

    /// The home of a block that was just granted to this member.
    ///
    /// @param live every member that may have copies, this one included
    public HomeBlock(Member self, long epoch, Collection<Member> live) {
        this.self = self;
        this.epoch = epoch;
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
                case Request(var page, var count, var write) ->
                        each(page, count, it -> request(it, new Ask(from, write)));
                case Invalidated(var page) -> page(page).invalidated(from);
                case Data(var page, var count) -> each(page, count, it -> page(it).data(from));
            }
        }
        return done();
    }

    /// A member is over.
    public List<Effect> gone(Member member) {
        if (isRecovering()) {
            claims.remove(member);
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

    private static void each(int page, int count, IntConsumer action) {
        IntStream.range(page, page + count).forEach(action);
    }

    private void claim(Member from, List<Copy> copies) {
        if (unheard.contains(from)) {
            claims.put(from, copies);
            heard(from);
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
            claims.forEach((holder, copies) ->
                    copies.forEach(copy -> page(copy.page()).claimed(holder, copy)));
            claims.clear();
            early.forEach((page, asks) -> asks.forEach(page(page)::request));
            early.clear();
        }
    }

    private HomePage page(int index) {
        var known = pages[index];
        if (known != null) {
            return known;
        }
        var created =
                epoch == FIRST_EPOCH
                        ? HomePage.untouched(index, self, this::send)
                        : HomePage.unclaimed(index, self, this::send);
        pages[index] = created;
        return created;
    }

    private void send(Member to, ToNode message, Payload payload) {
        effects.add(new Send(to, epoch, message, payload));
    }

    private List<Effect> done() {
        var all = effects;
        effects = new ArrayList<>();
        return Runs.joined(all);
    }
}
