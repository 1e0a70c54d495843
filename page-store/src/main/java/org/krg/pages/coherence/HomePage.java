// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.PageMessage.Grant;
import org.krg.pages.coherence.PageMessage.Invalidate;
import org.krg.pages.coherence.PageMessage.Lost;
import org.krg.pages.coherence.PageMessage.Take;
import org.krg.pages.coherence.PageMessage.ToNode;
import org.krg.state.model.Invariant;
import org.krg.state.model.Member;

/// One page as its home orders it: who has it, in which version, and who comes next. Whoever is in
/// `holders` has the page once it has handled what the home sent to it.
final class HomePage {
    /// What a page has others do.
    interface Outside {
        /// Sends a message to a member, with a page or without.
        void send(Member to, ToNode message, Payload payload);

        /// Asks a member for its copy, which stays to be read.
        void fetch(Member from, int page);

        /// Grants a page to be read.
        void grant(Member to, int page, long version, Content content, Payload payload);

        /// Has it recorded that a page is going to be a member's, in that version.
        ///
        /// @param changes how many versions there were since the record before
        void record(int page, long version, Member owner, int changes);

        /// Tells that a page is lost.
        ///
        /// @param owner who had it
        void lost(int page, Member owner);

        /// {@return whether a page waits until its next owner is recorded}
        boolean recordsFirst();

        /// Reads a page from the file of the segment.
        void load(int page);
    }

    /// What is known of the bytes.
    private enum Bytes {
        /// Zeros: nobody was ever granted the page.
        UNTOUCHED,
        /// The file of the segment has them, and nobody else.
        FILED,
        /// The holders have them.
        HELD,
        /// Nobody has them any more.
        LOST
    }

    /// The version of a page that nobody was granted to write yet.
    private static final long FIRST_VERSION = 1;

    private final int page;
    private final Member self;
    private final Outside outside;
    private final Members holders = new Members();
    private final Queue<Ask> queue = new ArrayDeque<>(1);
    private Bytes bytes;
    private boolean exclusive;
    private long version;
    private @Nullable Transfer transfer;

    /// Who was granted the page to be written last; null if nobody was.
    private @Nullable Member owner;

    /// The newest record that was asked for: its version, 0 if there was none, and its owner.
    private long announced;

    private @Nullable Member announcedOwner;

    /// From which version on all records that were asked for are of that owner.
    private long ownedFrom;

    /// The newest version of which a record is known to be there.
    private long recorded;

    /// The newest version that the file of the segment has for certain; 0 if there is none.
    private long filed;

    /// Whether the segment is a file, on whatever node.
    private final boolean isOfFile;

    private final MigratoryPattern pattern = new MigratoryPattern();

    /// The newest version that a mark beside the file may be of: newer ones are recorded before
    /// they are granted, or the mark would be believed after the loss of this home.
    private long marked;

    private HomePage(int page, Member self, Outside outside, Bytes bytes, Origin origin) {
        this.page = page;
        this.self = self;
        this.outside = outside;
        this.bytes = bytes;
        this.isOfFile = origin != Origin.ZEROS;
        if (origin == Origin.FILE) {
            version = FIRST_VERSION;
            filed = FIRST_VERSION;
        }
    }

    /// A page that nobody was ever granted to be written.
    static HomePage untouched(int page, Member self, Outside outside, Origin origin) {
        var bytes = origin == Origin.FILE ? Bytes.FILED : Bytes.UNTOUCHED;
        return new HomePage(page, self, outside, bytes, origin);
    }

    /// A page of which nothing is known but that somebody may have had it.
    static HomePage unclaimed(int page, Member self, Outside outside, Origin origin) {
        return new HomePage(page, self, outside, Bytes.LOST, origin);
    }

    /// A home before had the page recorded in the log.
    void wasRecorded(long last, Member lastOwner) {
        bytes = bytes == Bytes.HELD ? Bytes.HELD : Bytes.LOST;
        owner = lastOwner;
        announced = last;
        announcedOwner = lastOwner;
        recorded = last;
    }

    /// The home before had its mirror know of the page. The log may not.
    void wasNoted(OwnerNote note) {
        if (note.version() > announced) {
            bytes = bytes == Bytes.HELD ? Bytes.HELD : Bytes.LOST;
            owner = note.owner();
            announce(note.version(), note.owner());
        }
    }

    /// A mark beside the file says that it has a version. Comes when survivors, the log and the
    /// mirror have said all they know: if nobody was granted a newer one, the file has what nobody
    /// has in memory.
    void wasMarked(long known) {
        if (known == announced && bytes == Bytes.LOST) {
            version = known;
            bytes = Bytes.FILED;
        }
        filed = Math.max(filed, known);
    }

    /// All survivors have said what they have: the log learns what it did not know, and whose the
    /// page was if nobody has it.
    ///
    /// @param isComplete whether nobody was granted the page to be written if no record is of it
    void recovered(boolean isComplete) {
        // There may be a mark that this home could not read.
        marked = isOfFile ? Math.max(version, announced) : 0;
        var isOnlyRead = isComplete && announced == 0;
        if (bytes == Bytes.HELD && !isOnlyRead) {
            var holder = owner;
            if (holder == null || !holders.contains(holder)) {
                holder = holders.first();
                owner = holder;
            }
            if (version > announced || !holder.equals(announcedOwner)) {
                announce(Math.max(version, announced), holder);
            }
        } else if (bytes == Bytes.LOST && owner != null) {
            outside.lost(page, owner);
        }
    }

    private void announce(long next, Member nextOwner) {
        if (!nextOwner.equals(announcedOwner)) {
            // A record that replaces one of its version cannot be told from that.
            ownedFrom = next == announced ? next + 1 : next;
        }
        outside.record(page, next, nextOwner, Math.toIntExact(next - announced));
        announced = next;
        announcedOwner = nextOwner;
    }

    /// A record is there, of that version at least.
    void recorded(long known) {
        recorded = Math.max(recorded, known);
        if (transfer != null && transfer.unrecorded && recorded >= announced) {
            transfer.unrecorded = false;
            proceed(transfer);
        }
    }

    /// A survivor has the page.
    void claimed(Member holder, Copy copy) {
        if (copy.access() == Access.NONE) {
            return;
        }
        holders.add(holder);
        exclusive = copy.access() == Access.WRITE;
        version = copy.version();
        bytes = Bytes.HELD;
        Invariant.holds(!exclusive || holders.size() == 1, "one writes", page, holders);
    }

    HomeEntry entry() {
        return new HomeEntry(
                page,
                holders.list(),
                exclusive,
                version,
                transfer != null,
                bytes == Bytes.LOST,
                Optional.ofNullable(owner));
    }

    void request(Ask ask) {
        for (var waiting : queue) {
            if (waiting.member().equals(ask.member())) {
                queue.remove(waiting);
                queue.add(waiting.with(ask));
                return;
            }
        }
        queue.add(ask);
        serve();
    }

    void invalidated(Member from) {
        if (transfer != null && transfer.awaited.remove(from)) {
            holders.remove(from);
            proceed(transfer);
        }
    }

    /// @param isUnwritten whether who sends it was granted it to be written, and did not
    void data(Member from, boolean isUnwritten) {
        if (transfer == null || !transfer.dataAsked || !from.equals(transfer.provider)) {
            return;
        }
        if (isUnwritten) {
            pattern.forget();
        }
        var done = transfer;
        transfer = null;
        if (done.write) {
            holders.remove(from);
            var next = done.requester == null ? from : done.requester;
            grantWrite(next, Content.SENT, Payload.RECEIVED);
        } else {
            exclusive = false;
            if (done.requester != null) {
                grantRead(done.requester, Content.SENT, Payload.RECEIVED);
            }
        }
        serve();
    }

    /// The page has come from the file.
    void loaded() {
        if (transfer == null || !transfer.isLoading) {
            return;
        }
        var done = transfer;
        transfer = null;
        if (done.requester != null) {
            grantLoaded(done.requester, done.write);
        }
        serve();
    }

    private void grantLoaded(Member to, boolean write) {
        if (write) {
            grantWrite(to, Content.SENT, Payload.RECEIVED);
            return;
        }
        bytes = Bytes.HELD;
        if (announcedOwner != null) {
            // The log names somebody who is over.
            owner = to;
            announce(announced, to);
        }
        grantRead(to, Content.SENT, Payload.RECEIVED);
    }

    /// The page cannot be read from the file.
    void unreadable() {
        if (transfer == null || !transfer.isLoading) {
            return;
        }
        var done = transfer;
        transfer = null;
        bytes = Bytes.LOST;
        tellLost(done);
        serve();
    }

    /// {@return whether the file may lack the newest version; so it is if nobody has that any more}
    boolean isUnfiled() {
        return switch (bytes) {
            case UNTOUCHED, FILED -> false;
            case HELD -> version > filed;
            case LOST -> true;
        };
    }

    /// {@return whether nobody but the home's own node has it}
    ///
    /// @param isToldOfUnwritten whether the next home knows of a page that nobody ever wrote
    boolean isOnlyHere(boolean isToldOfUnwritten) {
        return switch (bytes) {
            case UNTOUCHED -> !isToldOfUnwritten;
            case FILED -> !isToldOfUnwritten || announced > 0;
            case HELD -> holders.list().stream().allMatch(self::equals);
            case LOST -> false;
        };
    }

    /// The file has a version of the page now, which nobody could write when it was read.
    void filed(long known) {
        filed = Math.max(filed, known);
    }

    /// {@return whether a version that the file has may be marked} Nobody is granted a newer one,
    /// and from now on nobody will be before that is recorded.
    boolean mark(long known) {
        var isNewest = known <= filed && known == announced && known <= recorded;
        if (isNewest) {
            marked = Math.max(marked, known);
        }
        return isNewest;
    }

    /// Has the processes of this node only read the page, so that the next store is of a new
    /// version. Nothing if they may not write it, or it is on its way.
    void share() {
        if (transfer == null && exclusive && holders.contains(self)) {
            var sharing = new Transfer(new Ask(self, false, false));
            sharing.requester = null;
            sharing.provider = self;
            transfer = sharing;
            proceed(sharing);
        }
    }

    /// A member is over, and its copy with it: what it was to give up is given up, what it was to
    /// get goes back, what only it had is lost.
    void gone(Member member) {
        queue.removeIf(ask -> ask.member().equals(member));
        holders.remove(member);
        if (transfer != null) {
            goneFrom(transfer, member);
        }
        if (bytes == Bytes.HELD && holders.isEmpty()) {
            forget();
        }
        serve();
    }

    /// Nobody has it any more.
    private void forget() {
        if (owner == null) {
            forgetReaders();
        } else {
            lose();
        }
    }

    /// Nobody could write it, and nobody has it any more: zeros again, or what the file has.
    private void forgetReaders() {
        bytes = filed > 0 ? Bytes.FILED : Bytes.UNTOUCHED;
    }

    private void goneFrom(Transfer current, Member member) {
        if (member.equals(current.requester)) {
            current.requester = null;
        }
        if (current.isLoading) {
            return;
        }
        current.awaited.remove(member);
        if (member.equals(current.provider)) {
            current.provider = null;
            current.dataAsked = false;
        }
        if (bytes != Bytes.HELD && current.requester == null) {
            transfer = null;
        } else if (!current.write && current.provider == null) {
            begin(current);
        } else {
            proceed(current);
        }
    }

    /// Whoever was to give the page is over: it comes from elsewhere, or is lost.
    private void begin(Transfer again) {
        transfer = null;
        if (bytes == Bytes.HELD && holders.isEmpty()) {
            forget();
        }
        if (bytes == Bytes.LOST) {
            tellLost(again);
        } else if (again.requester != null) {
            start(new Ask(again.requester, again.write, true));
        }
        serve();
    }

    private void tellLost(Transfer of) {
        if (of.requester != null) {
            outside.send(of.requester, new Lost(page), Payload.NONE);
        }
    }

    /// Nobody has it: it is what the file has, if that is the newest version.
    private void lose() {
        exclusive = false;
        holders.clear();
        if (version <= filed) {
            bytes = Bytes.FILED;
            return;
        }
        if (owner != null) {
            outside.lost(page, owner);
            if (!owner.equals(announcedOwner)) {
                announce(announced, owner);
            }
        }
        bytes = Bytes.LOST;
    }

    private void serve() {
        if (transfer == null && bytes == Bytes.HELD && owner != null && !holders.contains(owner)) {
            // Whoever wrote it is over, and readers have it.
            owner = holders.first();
            announce(announced, owner);
        }
        while (transfer == null && !queue.isEmpty()) {
            start(foreseen(queue.remove()));
        }
    }

    /// A process that reads a migratory page is going to write it, and does so from here on: it is
    /// ordered, recorded and recovered as a write. If others wait to read the page, it is none.
    private Ask foreseen(Ask ask) {
        if (ask.write() || !ask.touched() || holders.contains(ask.member())) {
            return ask;
        }
        if (queue.stream().anyMatch(other -> !other.write())) {
            pattern.forget();
        }
        return exclusive && pattern.isShown() ? ask.toWrite() : ask;
    }

    private void start(Ask ask) {
        var member = ask.member();
        switch (bytes) {
            case LOST -> outside.send(member, new Lost(page), Payload.NONE);
            case FILED -> {
                transfer = new Transfer(ask);
                if (ask.write()) {
                    announce(transfer, member);
                }
                proceed(transfer);
            }
            case UNTOUCHED -> {
                if (ask.write()) {
                    transfer = new Transfer(ask);
                    announce(transfer, member);
                    proceed(transfer);
                } else {
                    grantZeros(member);
                }
            }
            case HELD -> {
                var hasIt = holders.contains(member);
                if (hasIt && (exclusive || !ask.write())) {
                    return;
                }
                transfer = new Transfer(ask);
                if (!hasIt) {
                    transfer.provider = holders.contains(self) ? self : holders.first();
                }
                if (ask.write()) {
                    announce(transfer, member);
                    invalidateOthers(transfer);
                }
                proceed(transfer);
            }
        }
    }

    /// Nobody waits for the record of who is the owner already, unless the version before may be
    /// marked as what the file has.
    private void announce(Transfer current, Member next) {
        var isKnown = next.equals(announcedOwner) && recorded >= ownedFrom;
        announce(Math.max(version, announced) + 1, next);
        current.unrecorded = outside.recordsFirst() && !(isKnown && recorded > marked);
    }

    private void grantZeros(Member member) {
        bytes = Bytes.HELD;
        version = FIRST_VERSION;
        grantRead(member, Content.ZEROS, Payload.NONE);
    }

    private void grantRead(Member to, Content content, Payload payload) {
        holders.add(to);
        pattern.read(to);
        outside.grant(to, page, version, content, payload);
    }

    private void invalidateOthers(Transfer current) {
        for (var holder : holders) {
            if (!holder.equals(current.requester) && !holder.equals(current.provider)) {
                current.awaited.add(holder);
                outside.send(holder, new Invalidate(page), Payload.NONE);
            }
        }
    }

    /// Asks for the page, or grants it, once nobody else has a copy.
    private void proceed(Transfer current) {
        if (!current.awaited.isEmpty() || current.isAsked()) {
            return;
        }
        if (bytes == Bytes.HELD && holders.isEmpty()) {
            // Copies that could have been had were being given up meanwhile.
            begin(current);
            return;
        }
        if (current.unrecorded) {
            return;
        }
        if (bytes == Bytes.FILED) {
            current.isLoading = true;
            outside.load(page);
            return;
        }
        if (current.provider != null) {
            current.dataAsked = true;
            if (current.write) {
                outside.send(current.provider, new Take(page), Payload.NONE);
            } else {
                outside.fetch(current.provider, page);
            }
            return;
        }
        transfer = null;
        if (current.requester != null) {
            var content = bytes == Bytes.HELD ? Content.KEPT : Content.ZEROS;
            grantWrite(current.requester, content, Payload.NONE);
        }
        serve();
    }

    private void grantWrite(Member to, Content content, Payload payload) {
        if (!to.equals(announcedOwner)) {
            announce(announced, to);
        }
        bytes = Bytes.HELD;
        holders.clear();
        holders.add(to);
        pattern.written(to);
        owner = to;
        exclusive = true;
        version = announced;
        outside.send(to, new Grant(page, Access.WRITE, version, content), payload);
    }
}
