// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.krg.pages.coherence.Effect.AskGrant;
import org.krg.pages.coherence.Effect.Downgrade;
import org.krg.pages.coherence.Effect.Install;
import org.krg.pages.coherence.Effect.Keep;
import org.krg.pages.coherence.Effect.Load;
import org.krg.pages.coherence.Effect.NoteLost;
import org.krg.pages.coherence.Effect.NotePromoted;
import org.krg.pages.coherence.Effect.Poison;
import org.krg.pages.coherence.Effect.ReadOut;
import org.krg.pages.coherence.Effect.RecordOwner;
import org.krg.pages.coherence.Effect.Resume;
import org.krg.pages.coherence.Effect.Revoke;
import org.krg.pages.coherence.Effect.Send;
import org.krg.pages.coherence.Effect.Upgrade;
import org.krg.pages.coherence.PageMessage.Data;
import org.krg.pages.coherence.PageMessage.Fetch;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Invalidate;
import org.krg.pages.coherence.PageMessage.Invalidated;
import org.krg.pages.coherence.PageMessage.Lost;
import org.krg.pages.coherence.PageMessage.Mirrored;
import org.krg.pages.coherence.PageMessage.Note;
import org.krg.pages.coherence.PageMessage.Take;
import org.krg.pages.coherence.SimulatedAgent.Loading;
import org.krg.pages.coherence.SimulatedAgent.Mail;
import org.krg.pages.coherence.SimulatedAgent.Touch;
import org.krg.pages.coherence.SimulatedLog.Entry;
import org.krg.state.model.Invariant;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.PageOwner;
import org.krg.state.model.PageRecord;

/// A few nodes that share a few pages of a block, run by a seed: one event a step, and whatever can
/// happen next may. Messages of a pair keep their order and are delayed at will; commands of the
/// home are held back; nodes end, or are declared lost while they go on, and come back; each learns
/// of that when it learns of it.
///
/// Every store is of a number never stored before and takes effect in its step. So a page is
/// linearizable, and zeros or an old version are never seen, exactly if every load, and every copy
/// that could be loaded, is of the number stored last.
final class CoherenceSimulation {
    private static final int NODES = 4;
    private static final int PAGES = 4;
    private static final NodeId FILE_NODE = new NodeId("n1");

    /// Nothing that came: what is done is of a process, or of the log.
    private static final Mail NO_MAIL =
            new Mail(
                    new Member(new NodeId("none"), 1),
                    new Member(new NodeId("none"), 1),
                    0,
                    new Invalidated(0),
                    List.of());

    /// Steps after which something that is under way is under way for ever.
    private static final int SETTLED = 30_000;

    private final SplittableRandom random;
    private final Breakage broken;
    private final OwnershipMode mode;
    private final boolean mayFail;
    private final Origin origin;
    private final SimulatedLog log;
    private final TouchMix touchMix;
    private final TreeMap<Member, SimulatedAgent> agents = new TreeMap<>();
    private final List<RecordOwner> granted = new ArrayList<>();
    private final List<Mail> mail = new ArrayList<>();
    private final long[] stored = new long[PAGES];
    private final boolean[] wasAnnounced = new boolean[PAGES];
    private final long[] file = new long[PAGES];
    private final TreeMap<Integer, Long> marks = new TreeMap<>();
    private final long[] firstSent = new long[PAGES];
    private long lastStored;
    private int ended;
    private int touches;
    private int losses;
    private int lossesNoted;
    private int kept;
    private int promoted;
    private int promotedInVain;
    private int runs;
    private int loads;
    private int loadsByMark;
    private int writesBack;

    /// @param mayFail whether members end
    /// @param origin whether the segment has a file, which is on the first node
    CoherenceSimulation(
            long seed, Breakage broken, OwnershipMode mode, boolean mayFail, Origin origin) {
        this.random = new SplittableRandom(seed);
        this.touchMix = new TouchMix(random, PAGES, TouchMix.hasTurns(seed));
        this.broken = broken;
        this.mode = mode;
        this.mayFail = mayFail;
        this.origin = origin;
        this.log =
                new SimulatedLog(
                        origin == Origin.FILE ? Optional.of(FILE_NODE) : Optional.empty(), mode);
        if (origin == Origin.FILE) {
            Arrays.setAll(file, page -> -1 - page);
            System.arraycopy(file, 0, stored, 0, PAGES);
        }
        for (var index = 1; index <= NODES; index++) {
            join(new Member(new NodeId("n" + index), 1));
        }
    }

    /// {@return how many stores and loads were made}
    int touches() {
        return touches;
    }

    /// {@return how often a node learned that a page is lost}
    int losses() {
        return losses;
    }

    /// {@return how often a home noted whose a lost page was}
    int lossesNoted() {
        return lossesNoted;
    }

    /// {@return how often a page came before anybody touched it, and waited for that}
    int kept() {
        return kept;
    }

    /// {@return how often a page came to be written when it was asked for to be read}
    int promoted() {
        return promoted;
    }

    /// {@return how often nobody wrote it before it went on}
    int promotedInVain() {
        return promotedInVain;
    }

    /// {@return how often several pages came at once}
    int runs() {
        return runs;
    }

    /// {@return how often pages were read from the file}
    int loads() {
        return loads;
    }

    /// {@return how often a home took a page from the file because of a mark}
    int loadsByMark() {
        return loadsByMark;
    }

    /// {@return how often a page was written into the file}
    int writesBack() {
        return writesBack;
    }

    /// {@return how many members ended}
    int ended() {
        return ended;
    }

    /// Makes that many steps, then lets everything under way come to its end.
    void run(int steps) {
        for (var step = 0; step < steps; step++) {
            step();
            check();
        }
        endWaiting();
        for (var step = 0; !isQuiet(); step++) {
            Invariant.holds(step < SETTLED, "nobody waits for ever", mail.size());
            progress();
            check();
        }
        audit();
    }

    /// Who waits for the node of the file waits until it is there again, or removed.
    private void endWaiting() {
        if (!log.isFileAwaited()) {
            return;
        }
        if (random.nextInt(4) == 0) {
            log.add(new Entry.Removed(FILE_NODE));
        } else {
            agents.values().stream()
                    .filter(it -> it.member.node().equals(FILE_NODE))
                    .findFirst()
                    .ifPresent(this::remove);
            join(new Member(FILE_NODE, 1 + ended));
        }
    }

    private boolean isQuiet() {
        return mail.isEmpty() && agents.values().stream().allMatch(this::isQuiet);
    }

    private boolean isQuiet(SimulatedAgent agent) {
        return agent.known == log.size()
                && agent.heldBack.isEmpty()
                && agent.unrecorded.isEmpty()
                && agent.proposed.isEmpty()
                && agent.loading.isEmpty()
                && !agent.grantAsked
                && agent.touch == null;
    }

    private void step() {
        var choice = random.nextInt(1_000);
        if (choice < 4) {
            fail(anyone());
        } else if (choice < 8) {
            comeBack();
        } else if (choice == 8 && log.isFileAwaited() && random.nextInt(8) == 0) {
            log.add(new Entry.Removed(FILE_NODE));
        } else if (choice < 50 && origin == Origin.FILE) {
            writeBack(anyone());
        } else if (choice < 90 && origin == Origin.FILE) {
            mark(anyone());
        } else if (choice < 300) {
            begin(anyone());
        } else {
            progress();
        }
    }

    private void progress() {
        if (origin == Origin.FILE && random.nextInt(6) == 0) {
            load(anyone());
            return;
        }
        switch (random.nextInt(6)) {
            case 0 -> learn(anyone());
            case 1 -> release(anyone());
            case 2 -> answer(anyone());
            case 3 -> finish(anyone());
            case 4 -> record(anyone());
            default -> deliver();
        }
    }

    private SimulatedAgent anyone() {
        return pick(agents.values());
    }

    private <T> T pick(Collection<T> from) {
        return from.stream().skip(random.nextInt(from.size())).findFirst().orElseThrow();
    }

    private void join(Member member) {
        log.add(new Entry.Joined(member));
        var agent = new SimulatedAgent(member, PAGES);
        agent.known = log.size();
        agents.put(member, agent);
    }

    /// A member ends and some of what it sent with it; or it is declared lost and goes on until it
    /// learns of that, without its process.
    private void fail(SimulatedAgent agent) {
        var live = agents.values().stream().filter(it -> !it.frozen).count();
        if (!mayFail || live < 2 || agent.frozen) {
            return;
        }
        ended++;
        agent.frozen = true;
        agent.touch = null;
        log.add(new Entry.Gone(agent.member));
        if (random.nextBoolean()) {
            remove(agent);
            if (random.nextBoolean()) {
                mail.removeIf(it -> it.from().equals(agent.member));
            }
        }
    }

    private void remove(SimulatedAgent agent) {
        agents.remove(agent.member);
        mail.removeIf(it -> it.to().equals(agent.member));
    }

    private void comeBack() {
        var node = new NodeId("n" + (1 + random.nextInt(NODES)));
        if (agents.keySet().stream().noneMatch(it -> it.node().equals(node))) {
            join(new Member(node, 1 + ended));
        }
    }

    private void learn(SimulatedAgent agent) {
        if (agent.known == log.size()) {
            return;
        }
        switch (log.get(agent.known++)) {
            case Entry.Joined _ -> {}
            case Entry.Gone(var member) when member.equals(agent.member) -> remove(agent);
            case Entry.Gone(var member) -> {
                agent.heldBack.removeIf(it -> it.from().equals(member));
                agent.early.removeIf(it -> it.from().equals(member));
                perform(agent, agent.node.gone(member));
                if (agent.home != null) {
                    perform(agent, agent.home.gone(member, log.live(agent.known)));
                }
            }
            case Entry.Granted(var home, var epoch) when home.equals(agent.member) ->
                    becomeHome(agent, epoch);
            case Entry.Granted _, Entry.Recorded _, Entry.Removed _ -> {}
        }
    }

    private void becomeHome(SimulatedAgent agent, long epoch) {
        var live =
                broken == Breakage.SURVIVORS_NOT_ASKED
                        ? List.of(agent.member)
                        : log.live(agent.known);
        var records =
                broken == Breakage.RECORDS_NOT_READ
                        ? Collections.<Integer, PageOwner>emptySortedMap()
                        : log.owners(agent.known);
        var believed =
                broken == Breakage.UNRECORDED_TAKEN_FOR_ZEROS && epoch > 1 && origin == Origin.ZEROS
                        ? OwnershipMode.SYNC
                        : mode;
        var home =
                new HomeBlock(
                        agent.member,
                        epoch,
                        live,
                        believed,
                        records,
                        origin(agent),
                        marks(agent, records));
        agent.unrecorded.clear();
        agent.written.clear();
        agent.marking.clear();
        agent.home = home;
        agent.homeEpoch = epoch;
        perform(agent, home.start());
        var kept = List.copyOf(agent.early);
        agent.early.clear();
        kept.forEach(it -> receive(agent, it));
    }

    /// What the home finds beside the file.
    private SortedMap<Integer, Long> marks(
            SimulatedAgent home, SortedMap<Integer, PageOwner> records) {
        if (!home.member.node().equals(FILE_NODE)) {
            return Collections.emptySortedMap();
        }
        var found = new TreeMap<>(marks);
        if (broken == Breakage.MARK_TAKEN_FOR_NEWEST) {
            found.replaceAll((page, version) ->
                    records.containsKey(page) ? records.get(page).version() : version);
        }
        return found;
    }

    private Origin origin(SimulatedAgent home) {
        if (origin == Origin.ZEROS || home.member.node().equals(FILE_NODE)) {
            return origin;
        }
        return broken == Breakage.FILE_ELSEWHERE_TAKEN_FOR_ZEROS
                ? Origin.ZEROS
                : Origin.FILE_ELSEWHERE;
    }

    /// Proposes what is to be recorded, or hears what became of it.
    private void record(SimulatedAgent agent) {
        // Pages wait for the first record of an epoch only.
        var isSlow =
                mode == OwnershipMode.SEMISYNC
                        && agent.proposed.isEmpty()
                        && log.hasRecordOf(agent.homeEpoch)
                        && random.nextInt(12) != 0;
        if (isSlow || (agent.proposed.isEmpty() && agent.unrecorded.isEmpty())) {
            return;
        }
        if (agent.proposed.isEmpty()) {
            agent.proposed = List.copyOf(agent.unrecorded.values());
            agent.unrecorded.clear();
            var entry = new Entry.Recorded(agent.member, agent.homeEpoch, agent.proposed);
            agent.accepted = log.propose(entry);
            if (broken == Breakage.RECORD_OF_OLDER_EPOCH_HONOURED && !agent.accepted) {
                log.add(entry);
                agent.accepted = true;
            }
        } else {
            var records = agent.proposed;
            agent.proposed = List.of();
            if (agent.accepted) {
                records.forEach(it -> recorded(agent, it.page(), it.version()));
            }
        }
    }

    private void recorded(SimulatedAgent agent, int page, long version) {
        if (agent.home != null) {
            perform(agent, agent.home.recorded(page, version));
        }
    }

    private void answer(SimulatedAgent agent) {
        if (!agent.grantAsked) {
            return;
        }
        log.propose(agent.member);
        while (agent.known < log.size() && agents.containsKey(agent.member)) {
            learn(agent);
        }
        var grant = log.grant();
        if (grant.isEmpty() && agents.containsKey(agent.member)) {
            if (!log.isFileAwaited()) {
                agent.grantAsked = false;
                perform(agent, agent.node.refused());
            }
        } else if (grant.isPresent() && agents.containsKey(agent.member)) {
            agent.grantAsked = log.isGone(grant.get().home(), agent.known);
            if (!agent.grantAsked) {
                perform(agent, agent.node.granted(grant.get().home(), grant.get().epoch()));
            }
        }
    }

    /// Something that was being read from the file has come.
    private void load(SimulatedAgent agent) {
        if (agent.loading.isEmpty()) {
            return;
        }
        var next = pick(agent.loading);
        agent.loading.remove(next);
        if (agent.home == null || agent.homeEpoch != next.epoch()) {
            return;
        }
        loads++;
        loadsByMark += isByMark(agent, next.page()) ? 1 : 0;
        var pages = Arrays.stream(file, next.page(), next.page() + next.count()).boxed().toList();
        var data = new Data(next.page(), next.count());
        var cause = new Mail(agent.member, agent.member, next.epoch(), data, pages);
        perform(agent, agent.home.loaded(next.page(), next.count()), cause);
    }

    /// {@return whether the file is known to have a page by a mark: an earlier home had its newest
    /// version recorded}
    private boolean isByMark(SimulatedAgent home, int page) {
        var owner = log.owners(log.size()).get(page);
        return owner != null && owner.epoch().value() < home.homeEpoch && isMarked(page);
    }

    private boolean isMarked(int page) {
        var owner = log.owners(log.size()).get(page);
        return owner != null && Objects.equals(marks.get(page), owner.version());
    }

    /// A step on the way of a page into the file.
    private void writeBack(SimulatedAgent agent) {
        var page = random.nextInt(PAGES);
        var home = agent.home;
        if (origin != Origin.FILE
                || home == null
                || home.isRecovering()
                || !agent.member.node().equals(FILE_NODE)
                || !home.isUnfiled(page)) {
            return;
        }
        var access = agent.node.access(page);
        var isWritten = broken == Breakage.FILED_WHILE_STORED_INTO;
        if (broken == Breakage.FILED_UNWRITTEN) {
            home.entries().stream()
                    .filter(entry -> entry.page() == page)
                    .forEach(entry -> home.filed(page, entry.version()));
        } else if (access == Access.READ || (access == Access.WRITE && isWritten)) {
            writesBack++;
            file[page] = agent.bytes[page];
            home.filed(page, agent.node.version(page));
            agent.written.put(page, agent.node.version(page));
        } else if (access == Access.WRITE) {
            perform(agent, home.share(page));
        } else {
            perform(agent, agent.node.willNeed(List.of(page)));
        }
    }

    /// A step on the way of a mark beside the file.
    private void mark(SimulatedAgent agent) {
        var home = agent.home;
        if (home == null) {
            return;
        }
        if (!agent.marking.isEmpty()) {
            marks.putAll(agent.marking);
            agent.marking.clear();
        } else {
            agent.written.forEach((page, version) -> {
                if (broken == Breakage.MARKED_UNASKED || home.mark(page, version)) {
                    agent.marking.put(page, version);
                }
            });
            agent.written.clear();
        }
    }

    private void begin(SimulatedAgent agent) {
        if (agent.touch == null && !agent.frozen) {
            agent.touch = touchMix.next(agent);
            agent.faulted = false;
            if (random.nextInt(8) == 0) {
                perform(agent, agent.node.willNeed(random.nextInt(PAGES), PAGES));
            }
            if (random.nextInt(100) == 0) {
                perform(agent, agent.node.readOn(PAGES));
            }
            if (random.nextInt(50) == 0) {
                agent.node.advise(pick(List.of(Advice.values())));
            }
        }
        finish(agent);
    }

    private void finish(SimulatedAgent agent) {
        var wanted = agent.touch;
        if (wanted == null) {
            return;
        }
        if (agent.mayTouch(wanted)) {
            make(agent, wanted);
            agent.touch = null;
        } else if (agent.node.isLost(wanted.page())) {
            agent.touch = null;
        } else if (!agent.faulted) {
            agent.faulted = true;
            perform(agent, agent.node.fault(wanted.page(), wanted.write()));
        }
    }

    private void make(SimulatedAgent agent, Touch wanted) {
        touches++;
        var page = wanted.page();
        Invariant.holds(
                agent.bytes[page] == stored[page], "a load is of the last store", agent.member);
        if (wanted.write()) {
            stored[page] = ++lastStored;
            agent.bytes[page] = lastStored;
        }
    }

    /// Delivers the oldest message of some pair, or holds it back if it is a command.
    private void deliver() {
        if (mail.isEmpty()) {
            return;
        }
        var next = broken == Breakage.OUT_OF_ORDER ? pick(mail) : oldestOf(pick(mail));
        mail.remove(next);
        var agent = agents.get(next.to());
        var lost = broken == Breakage.MESSAGES_LOST && random.nextInt(50) == 0;
        if (lost || agent == null || log.isGone(next.from(), agent.known)) {
            return;
        }
        if (isCommand(next.message()) && random.nextInt(3) == 0) {
            agent.heldBack.add(next);
        } else {
            receive(agent, next);
        }
    }

    private Mail oldestOf(Mail some) {
        return mail.stream()
                .filter(it -> it.from().equals(some.from()) && it.to().equals(some.to()))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isCommand(PageMessage message) {
        return message instanceof Invalidate || message instanceof Take || message instanceof Fetch;
    }

    /// Handles what was held back.
    private void release(SimulatedAgent agent) {
        for (var page = 0; page < PAGES; page++) {
            var left = agent.later[page];
            if (left != null) {
                agent.rights[page] = left;
                agent.later[page] = null;
            }
        }
        if (!agent.heldBack.isEmpty()) {
            receive(agent, agent.heldBack.removeFirst());
        }
    }

    private void receive(SimulatedAgent agent, Mail arrived) {
        var heard = arrived;
        if (broken == Breakage.ZEROS_FOR_LOST && arrived.message() instanceof Lost(var page)) {
            var zeros = new Grant(page, Access.READ, 1, Content.ZEROS);
            heard = new Mail(arrived.from(), arrived.to(), arrived.epoch(), zeros, List.of());
        }
        heard = noted(heard);
        if (broken == Breakage.OLD_FILE_FOR_LOST && arrived.message() instanceof Lost(var page)) {
            var old = new Grant(page, Access.READ, 1, Content.SENT);
            heard =
                    new Mail(
                            arrived.from(),
                            arrived.to(),
                            arrived.epoch(),
                            old,
                            List.of(file[page]));
        }
        var cause = heard;
        agent.handle(heard).ifPresent(effects -> perform(agent, effects, cause));
    }

    private Mail noted(Mail arrived) {
        var message =
                switch (arrived.message()) {
                    case Note(var sequence, var begins, var isComplete, _)
                            when broken == Breakage.NOTE_NOT_KEPT
                                    || (broken == Breakage.NEXT_MIRROR_NOT_TOLD
                                            && begins
                                            && sequence > 1) ->
                            new Note(sequence, begins, isComplete, List.of());
                    case Grant(var page, var count, var access, var version, var content)
                            when broken == Breakage.PROMOTED_BESIDE_READERS
                                    && count == 1
                                    && access == Access.READ
                                    && content == Content.SENT ->
                            new Grant(page, Access.WRITE, version, content);
                    case Mirrored(var notes) when broken == Breakage.PARTIAL_MIRROR_BELIEVED ->
                            new Mirrored(new Notes(notes.epoch(), true, notes.notes()));
                    default -> arrived.message();
                };
        return new Mail(arrived.from(), arrived.to(), arrived.epoch(), message, arrived.pages());
    }

    private void perform(SimulatedAgent agent, List<Effect> effects) {
        perform(agent, effects, NO_MAIL);
    }

    private void perform(SimulatedAgent agent, List<Effect> effects, Mail cause) {
        performEach(agent, effects, cause);
        var all = List.copyOf(granted);
        granted.clear();
        all.forEach(it -> recorded(agent, it.page(), it.version()));
    }

    private void performEach(SimulatedAgent agent, List<Effect> effects, Mail cause) {
        var readOut = List.<Long>of();
        for (var effect : effects) {
            switch (effect) {
                case Send send -> send(agent, send, cause, readOut);
                case Install(var page, var count, var writable, var content) -> {
                    fill(agent, page, count, content, cause);
                    runs += count > 1 ? 1 : 0;
                    for (var each = page; each < page + count; each++) {
                        grant(agent, each, writable || broken == Breakage.READERS_MAY_WRITE);
                    }
                }
                case Keep(var page, var content) -> {
                    fill(agent, page, 1, content, cause);
                    grant(agent, page, false);
                    agent.isUnmapped[page] = true;
                    kept++;
                }
                case Upgrade(var page) -> grant(agent, page, true);
                case Downgrade(var page, var count) -> {
                    readOut = bytes(agent, page, count);
                    runs += count > 1 ? 1 : 0;
                    var last =
                            broken == Breakage.RUN_PROTECTED_AT_ITS_START ? page : page + count - 1;
                    for (var each = page; each <= last; each++) {
                        take(agent, each, Access.READ);
                    }
                }
                case ReadOut(var page, var count) -> readOut = bytes(agent, page, count);
                case Revoke(var page, _, var out) -> {
                    readOut = bytes(agent, page, 1);
                    if (out || broken != Breakage.COPY_NOT_GIVEN_UP) {
                        take(agent, page, Access.NONE);
                    }
                }
                case Resume(var page, _) -> {
                    agent.isUnmapped[page] = false;
                    agent.faulted = false;
                }
                case Poison(var page) -> {
                    losses++;
                    Invariant.holds(ended > 0, "nothing is lost unless a member is");
                    Invariant.holds(
                            mode != OwnershipMode.SYNC || wasAnnounced[page] || log.hasRemoved(),
                            "what nobody wrote is not lost",
                            page);
                    Invariant.holds(
                            mode != OwnershipMode.SYNC || !isMarked(page) || log.hasRemoved(),
                            "what nobody was granted since it was marked is not lost",
                            page);
                    if (agent.touch != null && agent.touch.page() == page) {
                        agent.touch = null;
                    }
                }
                case RecordOwner record -> record(agent, record);
                case NoteLost _ -> lossesNoted++;
                case NotePromoted(_, var inVain) -> {
                    promoted += inVain ? 0 : 1;
                    promotedInVain += inVain ? 1 : 0;
                }
                case Load(var page, var count) ->
                        agent.loading.add(new Loading(agent.homeEpoch, page, count));
                case AskGrant() -> agent.grantAsked = true;
            }
        }
    }

    private void record(SimulatedAgent agent, RecordOwner record) {
        wasAnnounced[record.page()] = true;
        var merged = agent.unrecorded.get(record.page());
        var before =
                merged == null || broken == Breakage.MERGED_RECORDS_NOT_COUNTED
                        ? 0
                        : merged.changes();
        agent.unrecorded.put(
                record.page(),
                new PageRecord(
                        record.page(),
                        record.version(),
                        record.owner(),
                        before + record.changes()));
        if (broken == Breakage.GRANTED_BEFORE_COMMITTED
                || broken == Breakage.GRANTED_BEFORE_NOTED) {
            granted.add(record);
        }
    }

    private void fill(SimulatedAgent agent, int page, int count, Content content, Mail cause) {
        for (var each = page; each < page + count; each++) {
            var source = broken == Breakage.RUN_OF_ONE_PAGE ? page : each;
            agent.bytes[each] = content == Content.ZEROS ? 0 : cause.pages(source, 1).getFirst();
        }
    }

    private static List<Long> bytes(SimulatedAgent agent, int page, int count) {
        return Arrays.stream(agent.bytes, page, page + count).boxed().toList();
    }

    private static void grant(SimulatedAgent agent, int page, boolean writable) {
        agent.rights[page] = writable ? Access.WRITE : Access.READ;
        agent.isUnmapped[page] = false;
        agent.faulted = false;
    }

    private void take(SimulatedAgent agent, int page, Access left) {
        if (broken == Breakage.SENT_BEFORE_REVOKED) {
            agent.later[page] = left;
        } else {
            agent.rights[page] = left;
        }
    }

    private void send(SimulatedAgent agent, Send send, Mail cause, List<Long> readOut) {
        var pages =
                switch (send.payload()) {
                    case NONE -> List.<Long>of();
                    case RECEIVED -> {
                        var grant = (Grant) send.message();
                        yield cause.pages(grant.page(), grant.pages());
                    }
                    case READ_OUT -> readOut;
                };
        if (broken == Breakage.OLD_BYTES_SENT
                && send.message() instanceof Grant grant
                && grant.content() == Content.SENT) {
            var index = grant.page();
            firstSent[index] = firstSent[index] == 0 ? pages.getFirst() : firstSent[index];
            pages = new ArrayList<>(pages);
            pages.set(0, firstSent[index]);
        }
        if (agents.containsKey(send.to())) {
            mail.add(new Mail(agent.member, send.to(), send.epoch(), send.message(), pages));
        }
        if (broken == Breakage.INVALIDATION_NOT_AWAITED
                && send.message() instanceof Invalidate(var index)) {
            var claimed = new Invalidated(index);
            mail.add(new Mail(send.to(), agent.member, send.epoch(), claimed, List.of()));
        }
    }

    /// When nothing is under way the log says who owns each page: who may write it, or one of those
    /// who may read it.
    private void audit() {
        log.owners(log.size())
                .forEach((page, owner) -> {
                    Invariant.holds(owner.unaccounted() == 0, "no version is missing", page);
                    var holders =
                            agents.values().stream()
                                    .filter(agent -> agent.node.access(page) != Access.NONE)
                                    .map(agent -> agent.member)
                                    .toList();
                    var isSettled =
                            log.grant()
                                    .map(grant -> agents.get(grant.home()))
                                    .filter(home -> home != null && home.home != null)
                                    .isPresent();
                    Invariant.holds(
                            !isSettled || holders.isEmpty() || holders.contains(owner.owner()),
                            "the log names the owner",
                            page,
                            owner,
                            holders);
                });
    }

    /// The file has the last store of what its node need not write back.
    private void checkFile(SimulatedAgent agent) {
        var home = agent.home;
        var isFileNode = origin == Origin.FILE && agent.member.node().equals(FILE_NODE);
        if (!isFileNode || agent.frozen || home == null || home.isRecovering()) {
            return;
        }
        for (var page = 0; page < PAGES; page++) {
            Invariant.holds(
                    home.isUnfiled(page) || file[page] == stored[page],
                    "what need not be written back is in the file",
                    page);
        }
    }

    /// One writes or many read, and who may read has what was stored last.
    private void check() {
        agents.values().forEach(this::checkFile);
        for (var page = 0; page < PAGES; page++) {
            var writers = 0;
            var readers = 0;
            for (var agent : agents.values()) {
                if (agent.frozen || agent.rights[page] == Access.NONE) {
                    continue;
                }
                writers += agent.rights[page] == Access.WRITE ? 1 : 0;
                readers += agent.rights[page] == Access.READ ? 1 : 0;
                Invariant.holds(
                        agent.bytes[page] == stored[page],
                        "a copy is of the last store",
                        agent.member,
                        page);
            }
            Invariant.holds(
                    writers == 0 || (writers == 1 && readers == 0),
                    "one writes or many read",
                    page,
                    writers,
                    readers);
        }
    }
}
