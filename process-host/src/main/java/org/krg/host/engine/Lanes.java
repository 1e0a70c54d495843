// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.command.Command;
import org.krg.state.command.Operation;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.model.SessionId;

/// Proposes commands for users of this node, each applied at most once, many at a time.
///
/// A session of the store tells apart only its newest 128 sequences. So commands go through several
/// sessions, the lanes, and a lane takes a new one only while it is at most [#WINDOW] ahead of the
/// oldest that has no answer. Safe for use from any thread.
public final class Lanes {
    /// Half of what a session tells apart, so that a retry is known for certain.
    static final int WINDOW = 64;

    /// 8,192 commands under way; a leader takes fewer into its queue.
    static final int MOST_LANES = 128;

    /// A session that rested so long may have been forgotten for newer ones, and is replaced.
    static final Duration REST = Duration.ofSeconds(10);

    private final Function<Operation, CompletableFuture<Reply>> store;
    private final Supplier<SessionId> sessions;
    private final Ticker ticker;
    private final List<Lane> lanes = new ArrayList<>();
    private int turn;

    /// Too many commands are under way: this one was not proposed.
    public static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1;

        Full() {
            super(MOST_LANES * WINDOW + " commands of this node are under way already");
        }
    }

    /// A session and what of it has no answer yet. Guarded by the lanes' monitor.
    private static final class Lane {
        private SessionId session;
        private long next = 1;
        private Duration lastUse;

        /// Bit i: sequence number i modulo [#WINDOW] has no answer yet.
        private long underWay;

        Lane(SessionId session, Duration now) {
            this.session = session;
            this.lastUse = now;
        }

        boolean isFree() {
            return (underWay & bit(next)) == 0;
        }

        static long bit(long sequence) {
            return 1L << (sequence % WINDOW);
        }
    }

    /// A place in a lane.
    private record Ticket(Lane lane, SessionId session, long sequence) {}

    /// @param store proposes as [ClusterStore#submit]
    /// @param sessions random numbers that nobody else picks
    public Lanes(
            Function<Operation, CompletableFuture<Reply>> store,
            Supplier<SessionId> sessions,
            Ticker ticker) {
        this.store = store;
        this.sessions = sessions;
        this.ticker = ticker;
    }

    /// {@return the definite answer} Fails with [Full] or [ClusterStore.NoQuorum] when the command
    /// surely took no effect, with [UnknownOutcome] when it may have.
    ///
    /// @param principal the user who asks
    public CompletableFuture<Reply> submit(String principal, Command command) {
        var ticket = take();
        if (ticket == null) {
            return CompletableFuture.failedFuture(new Full());
        }
        return store.apply(
                        new Operation(ticket.session(), ticket.sequence(), 0, principal, command))
                .whenComplete((_, _) -> give(ticket))
                .thenApply(reply -> definite(ticket, reply));
    }

    private Reply definite(Ticket ticket, Reply reply) {
        if (reply instanceof Reply.Refused(_, var refusal, var detail)
                && refusal == Refusal.SESSION_EXPIRED) {
            renew(ticket);
            throw new UnknownOutcome(detail, new IllegalStateException("the session is forgotten"));
        }
        return reply;
    }

    private synchronized @Nullable Ticket take() {
        for (var tried = 0; tried < lanes.size(); tried++) {
            var lane = lanes.get((turn + tried) % lanes.size());
            if (lane.isFree()) {
                turn = (turn + tried) % lanes.size();
                return take(lane);
            }
        }
        if (lanes.size() == MOST_LANES) {
            return null;
        }
        turn = lanes.size();
        lanes.add(new Lane(sessions.get(), ticker.now()));
        return take(lanes.getLast());
    }

    private Ticket take(Lane lane) {
        var now = ticker.now();
        if (lane.underWay == 0 && now.minus(lane.lastUse).compareTo(REST) > 0) {
            restart(lane);
        }
        lane.lastUse = now;
        lane.underWay |= Lane.bit(lane.next);
        return new Ticket(lane, lane.session, lane.next++);
    }

    private synchronized void give(Ticket ticket) {
        if (ticket.lane().session.equals(ticket.session())) {
            ticket.lane().underWay &= ~Lane.bit(ticket.sequence());
        }
    }

    private synchronized void renew(Ticket ticket) {
        if (ticket.lane().session.equals(ticket.session())) {
            restart(ticket.lane());
        }
    }

    private void restart(Lane lane) {
        lane.session = sessions.get();
        lane.next = 1;
        lane.underWay = 0;
    }
}
