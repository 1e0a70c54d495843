// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.core.OwnLease;
import org.krg.state.ClusterStore;
import org.krg.state.ThreadLost;
import org.krg.state.command.NodeCommand.RegisterNode;
import org.krg.state.command.Reply;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.Revision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Registers the node and keeps its lease: asks for another term every few seconds, and tells the
/// cells' watchdogs how long they may run.
///
/// All fields but [#lease] and [#told] are owned by the holder's thread.
public final class LeaseHolder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LeaseHolder.class);

    /// Answers that may wait to be looked at: a few renewals are under way at most.
    private static final int INBOX_SIZE = 64;

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final RegisterNode registration;
    private final ClusterStore store;
    private final Proposals proposals;
    private final Renewals renewals;
    private final LeaseSettings settings;
    private final Ticker ticker;
    private final InstantSource wall;
    private final Consumer<OwnLease> listener;
    private final BlockingQueue<Input> inbox = new ArrayBlockingQueue<>(INBOX_SIZE);
    private final Thread thread;

    private volatile OwnLease lease = OwnLease.NONE;
    private volatile Revision told = Revision.ZERO;
    private Revision lastTold = Revision.ZERO;
    private Standing standing = new Standing.Unregistered();
    private boolean silent;

    private sealed interface Input {
        record Registered(Duration sent, Reply reply) implements Input {}

        record Renewed(Duration sent, long agentStarts, Renewals.Answer answer) implements Input {}

        record Failed(String reason) implements Input {}
    }

    private sealed interface Standing {
        record Unregistered() implements Standing {}

        record Registering() implements Standing {}

        /// Holds the lease of the registration that took effect at `since`.
        ///
        /// @param agentStarts which registration of the node it is; 0: a leader of an earlier
        ///   version did not say
        record Registered(Revision since, long agentStarts) implements Standing {}
    }

    /// @param registration what is registered, at another time each time; state and starts of the
    ///   node are the cluster's to say
    /// @param listener is told of every renewal, on the holder's thread
    public LeaseHolder(
            RegisterNode registration,
            ClusterStore store,
            Proposals proposals,
            Renewals renewals,
            LeaseSettings settings,
            Ticker ticker,
            InstantSource wall,
            Consumer<OwnLease> listener) {
        this.registration = registration;
        this.store = store;
        this.proposals = proposals;
        this.renewals = renewals;
        this.settings = settings;
        this.ticker = ticker;
        this.wall = wall;
        this.listener = listener;
        this.thread = Thread.ofPlatform().name("krg-lease").unstarted(ThreadLost.told(this::run));
    }

    /// Begins to register.
    public void start() {
        thread.start();
    }

    /// {@return the lease as it stands; from any thread}
    public OwnLease lease() {
        return lease;
    }

    /// {@return how many revisions the leader had, when it granted the term before the last one,
    /// that this replica does not have: what it had just now may still be on its way; from any
    /// thread}
    public long behind() {
        return Math.max(0, told.value() - store.image().revision().value());
    }

    /// Stops renewing. The lease ends by itself.
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(STOP_LIMIT);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        var next = ticker.now();
        try {
            while (true) {
                var wait = next.minus(ticker.now());
                var input = inbox.poll(Math.max(0, wait.toMillis()), TimeUnit.MILLISECONDS);
                if (input == null) {
                    next = ticker.now().plus(settings.renewEvery());
                    ask();
                } else if (handle(input)) {
                    next = ticker.now();
                }
            }
        } catch (InterruptedException stop) {
            log.debug("lease holder stops");
        }
    }

    /// Asks for what the node lacks: a registration, or another term.
    private void ask() {
        switch (standing) {
            case Standing.Unregistered _ -> register();
            case Standing.Registering _ -> {}
            case Standing.Registered registered -> agentStarts(registered).ifPresent(this::renew);
        }
    }

    /// The replica is asked only where the registration's reply did not tell: after a restart it
    /// may take longer than a lease to catch up.
    private OptionalLong agentStarts(Standing.Registered registered) {
        var image = store.image();
        if (registered.agentStarts() > 0) {
            return OptionalLong.of(registered.agentStarts());
        }
        return image.revision().compareTo(registered.since()) < 0
                ? OptionalLong.empty()
                : OptionalLong.of(image.nodes().find(self()).map(Node::agentStarts).orElse(0L));
    }

    private NodeId self() {
        return registration.node().id();
    }

    private void register() {
        standing = new Standing.Registering();
        var sent = ticker.now();
        var _ =
                proposals
                        .submit(registration.at(wall.instant()))
                        .whenComplete((reply, failure) ->
                                post(
                                        reply == null
                                                ? new Input.Failed(text(failure))
                                                : new Input.Registered(sent, reply)));
    }

    private void renew(long agentStarts) {
        var sent = ticker.now();
        var _ =
                renewals.renew(self(), agentStarts)
                        .whenComplete((answer, failure) ->
                                post(
                                        answer == null
                                                ? new Input.Failed(text(failure))
                                                : new Input.Renewed(sent, agentStarts, answer)));
    }

    /// {@return whether to ask again at once}
    private boolean handle(Input input) {
        return switch (input) {
            case Input.Registered(var sent, Reply.Accepted(var revision, var agentStarts)) -> {
                log.info("node registered node={} revision={}", self(), revision);
                standing = new Standing.Registered(revision, agentStarts);
                lastTold = revision;
                take(
                        OwnLease.NONE.renewed(sent, ticker.now(), settings.freezeAfter(), revision),
                        revision);
                yield false;
            }
            case Input.Registered(_, Reply.Transacted transacted) ->
                    throw new InvariantBroken("a registration is no transaction: " + transacted);
            case Input.Registered(_, Reply.Synchronised other) ->
                    throw new InvariantBroken("a registration synchronises nobody: " + other);
            case Input.Registered(_, Reply.Refused(_, var refusal, var detail)) -> {
                log.error(
                        "the cluster refuses to register this node node={} refusal={} detail={}",
                        self(),
                        refusal,
                        detail);
                standing = new Standing.Unregistered();
                yield false;
            }
            case Input.Renewed(var sent, _, Renewals.Answer.Granted(var revision)) -> {
                if (silent) {
                    log.info("node is back in touch node={} revision={}", self(), revision);
                    silent = false;
                }
                take(lease.renewed(sent, ticker.now(), settings.freezeAfter(), revision), revision);
                yield false;
            }
            case Input.Renewed(_, var agentStarts, Renewals.Answer.Refused(_))
                    when !isOf(agentStarts) -> {
                log.debug("a registration before this one is over agentStarts={}", agentStarts);
                yield false;
            }
            case Input.Renewed(_, _, Renewals.Answer.Refused(var reason)) -> {
                log.warn("lease was not renewed node={} reason={}", self(), reason);
                standing = new Standing.Unregistered();
                yield true;
            }
            case Input.Failed(var reason) -> {
                if (!silent) {
                    log.warn("lease cannot be renewed now node={} reason={}", self(), reason);
                    silent = true;
                }
                if (standing instanceof Standing.Registering) {
                    standing = new Standing.Unregistered();
                }
                yield false;
            }
        };
    }

    private boolean isOf(long agentStarts) {
        return standing instanceof Standing.Registered registered
                && agentStarts(registered).equals(OptionalLong.of(agentStarts));
    }

    private void take(OwnLease next, Revision revision) {
        told = lastTold;
        lastTold = revision;
        lease = next;
        listener.accept(next);
    }

    private void post(Input input) {
        // A full inbox means that answers come faster than renewals are sent: dropping one is safe.
        var _ = inbox.offer(input);
    }

    private static String text(@Nullable Throwable failure) {
        return Optional.ofNullable(failure).map(Throwable::toString).orElse("no answer");
    }
}
