// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.krg.pages.coherence.PageMessage.Fetch;
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
    /// Sends a message to a member, with a page or without.
    interface Sender {
        void send(Member to, ToNode message, Payload payload);
    }

    /// What is known of the bytes.
    private enum Bytes {
        /// Zeros: nobody was ever granted the page.
        UNTOUCHED,
        /// The holders have them.
        HELD,
        /// Nobody has them any more.
        LOST
    }

    private final int page;
    private final Member self;
    private final Sender sender;
    private final SortedSet<Member> holders = new TreeSet<>();
    private final Queue<Ask> queue = new ArrayDeque<>();
    private Bytes bytes;
    private boolean exclusive;
    private long version;
    private @Nullable Transfer transfer;

    private HomePage(int page, Member self, Sender sender, Bytes bytes) {
        this.page = page;
        this.self = self;
        this.sender = sender;
        this.bytes = bytes;
    }

    /// A page that nobody was ever granted.
    static HomePage untouched(int page, Member self, Sender sender) {
        return new HomePage(page, self, sender, Bytes.UNTOUCHED);
    }

    /// A page of which nothing is known but that somebody may have had it.
    static HomePage unclaimed(int page, Member self, Sender sender) {
        return new HomePage(page, self, sender, Bytes.LOST);
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
                List.copyOf(holders),
                exclusive,
                version,
                transfer != null,
                bytes == Bytes.LOST);
    }

    void request(Ask ask) {
        for (var waiting : queue) {
            if (waiting.member().equals(ask.member())) {
                queue.remove(waiting);
                queue.add(new Ask(ask.member(), waiting.write() || ask.write()));
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

    void data(Member from) {
        if (transfer == null || !transfer.dataAsked || !from.equals(transfer.provider)) {
            return;
        }
        var done = transfer;
        transfer = null;
        if (done.write) {
            holders.remove(from);
            var owner = done.requester == null ? from : done.requester;
            grantWrite(owner, Content.SENT, Payload.RECEIVED);
        } else {
            exclusive = false;
            if (done.requester != null) {
                holders.add(done.requester);
                var grant = new Grant(page, Access.READ, version, Content.SENT);
                sender.send(done.requester, grant, Payload.RECEIVED);
            }
        }
        serve();
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
            lose();
        }
        serve();
    }

    private void goneFrom(Transfer current, Member member) {
        if (member.equals(current.requester)) {
            current.requester = null;
        }
        if (member.equals(current.provider)) {
            transfer = null;
            if (current.write || holders.isEmpty()) {
                abandon(current);
            } else if (current.requester != null) {
                start(new Ask(current.requester, false));
            }
        } else if (current.awaited.remove(member)) {
            proceed(current);
        } else if (current.provider == null && current.requester == null) {
            transfer = null;
            abandon(current);
        }
    }

    /// The copies that could replace what is lost are being given up.
    private void abandon(Transfer current) {
        lose();
        if (current.requester != null) {
            sender.send(current.requester, new Lost(page), Payload.NONE);
        }
    }

    private void lose() {
        bytes = Bytes.LOST;
        exclusive = false;
        holders.clear();
    }

    private void serve() {
        while (transfer == null && !queue.isEmpty()) {
            start(queue.remove());
        }
    }

    private void start(Ask ask) {
        var member = ask.member();
        switch (bytes) {
            case LOST -> sender.send(member, new Lost(page), Payload.NONE);
            case UNTOUCHED -> grantZeros(ask);
            case HELD -> {
                var hasIt = holders.contains(member);
                if (hasIt && (exclusive || !ask.write())) {
                    return;
                }
                transfer = new Transfer(ask);
                if (!hasIt) {
                    transfer.provider = holders.contains(self) ? self : holders.first();
                }
                invalidateOthers(transfer);
                proceed(transfer);
            }
        }
    }

    private void grantZeros(Ask ask) {
        bytes = Bytes.HELD;
        if (ask.write()) {
            grantWrite(ask.member(), Content.ZEROS, Payload.NONE);
            return;
        }
        version = 1;
        holders.add(ask.member());
        var grant = new Grant(page, Access.READ, version, Content.ZEROS);
        sender.send(ask.member(), grant, Payload.NONE);
    }

    private void invalidateOthers(Transfer current) {
        if (!current.write) {
            return;
        }
        for (var holder : holders) {
            if (!holder.equals(current.requester) && !holder.equals(current.provider)) {
                current.awaited.add(holder);
                sender.send(holder, new Invalidate(page), Payload.NONE);
            }
        }
    }

    /// Asks for the page, or grants it, once nobody else has a copy.
    private void proceed(Transfer current) {
        if (!current.awaited.isEmpty() || current.dataAsked) {
            return;
        }
        if (current.provider != null) {
            current.dataAsked = true;
            ToNode question = current.write ? new Take(page) : new Fetch(page);
            sender.send(current.provider, question, Payload.NONE);
            return;
        }
        transfer = null;
        if (current.requester == null) {
            lose();
        } else {
            grantWrite(current.requester, Content.KEPT, Payload.NONE);
        }
        serve();
    }

    private void grantWrite(Member to, Content content, Payload payload) {
        holders.clear();
        holders.add(to);
        exclusive = true;
        version++;
        sender.send(to, new Grant(page, Access.WRITE, version, content), payload);
    }
}
