// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.krg.host.HostFailure;
import org.krg.host.model.Standing;
import org.krg.state.ClusterStore;
import org.krg.state.ThreadLost;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds out that the cluster goes on without this node. A removed node sees no leader, like one
/// that is cut off; so while it sees none it asks the others what it is to them. Only their word
/// counts: with nobody to ask, the node waits.
///
/// Once it knows, health and the API say so for a moment, and the agent ends.
final class RemovalWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RemovalWatch.class);

    /// How long it waits for what.
    ///
    /// @param patience without a leader before the others are asked: a new one is there sooner, as
    ///   a rule
    /// @param look between two looks whether there is a leader
    /// @param round between two rounds of asking
    /// @param farewell before the agent ends, for whoever watches its health to read why
    record Pauses(Duration patience, Duration look, Duration round, Duration farewell) {
        static final Pauses USUAL =
                new Pauses(
                        Duration.ofSeconds(8),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(10));
    }

    /// Who can be asked.
    interface Others {
        /// {@return what the nodes at these APIs say that this one is; empty when nobody knows}
        Optional<Standing> ask(List<HostPort> apis) throws InterruptedException;
    }

    private final ClusterStore store;
    private final NodeId self;
    private final Others others;
    private final List<HostPort> joinedBy;
    private final DataDirectory data;
    private final Pauses pauses;
    private final Thread thread =
            Thread.ofVirtual().name("krg-removal").unstarted(ThreadLost.told(this::run));
    private final CompletableFuture<HostFailure> ended = new CompletableFuture<>();
    private List<HostPort> remembered;
    private volatile Optional<HostFailure> left = Optional.empty();

    /// @param joinedBy APIs that are asked besides those of the nodes that the store knows
    RemovalWatch(
            ClusterStore store,
            NodeId self,
            Others others,
            List<HostPort> joinedBy,
            DataDirectory data,
            Pauses pauses) {
        this.store = store;
        this.self = self;
        this.others = others;
        this.joinedBy = joinedBy;
        this.data = data;
        this.pauses = pauses;
        this.remembered = data.remembered();
    }

    void start() {
        thread.start();
    }

    /// {@return why this node takes part no more, once it does not}
    Optional<HostFailure> left() {
        return left;
    }

    /// {@return completes with the reason when the agent is to end}
    CompletableFuture<HostFailure> ended() {
        return ended;
    }

    private void run() {
        try {
            while (true) {
                awaitSilence();
                log.info("no leader is known, the others are asked what this node is");
                var standing = askWhileSilent();
                if (standing != Standing.MEMBER) {
                    leave(standing);
                    return;
                }
            }
        } catch (InterruptedException stop) {
            log.debug("the agent ends");
        }
    }

    /// Returns when no leader was known for a while.
    private void awaitSilence() throws InterruptedException {
        var silent = Duration.ZERO;
        while (silent.compareTo(pauses.patience()) < 0) {
            Thread.sleep(pauses.look());
            if (store.leadership().leader().isPresent()) {
                silent = Duration.ZERO;
                remember();
            } else {
                silent = silent.plus(pauses.look());
            }
        }
    }

    /// Without a leader a node that was just started has applied nothing yet, and knows nobody.
    private void remember() {
        var known = known();
        if (!known.isEmpty() && !known.equals(remembered)) {
            remembered = known;
            note(() -> data.remember(known));
        }
    }

    /// A disk that takes nothing ends the agent by other ways; what this node finds out it finds
    /// out without notes, too.
    private static void note(Runnable writing) {
        try {
            writing.run();
        } catch (HostFailure unwritable) {
            log.warn("what the others are or say cannot be noted", unwritable);
        }
    }

    /// {@return what the others say; that it is a member once a leader is known}
    private Standing askWhileSilent() throws InterruptedException {
        while (store.leadership().leader().isEmpty()) {
            var standing = others.ask(apis());
            if (standing.filter(it -> it != Standing.MEMBER).isPresent()) {
                return standing.get();
            }
            Thread.sleep(pauses.round());
        }
        return Standing.MEMBER;
    }

    private List<HostPort> apis() {
        return Stream.of(known(), remembered, joinedBy).flatMap(List::stream).distinct().toList();
    }

    private List<HostPort> known() {
        return store.image().nodes().values().stream()
                .filter(node -> !node.id().equals(self))
                .map(node -> node.addresses().api())
                .toList();
    }

    private void leave(Standing standing) throws InterruptedException {
        note(() -> data.leave(standing));
        var why = failure(self, standing, data.path());
        left = Optional.of(why);
        log.error(
                "node takes part no more, its agent ends node={} standing={} remedy={}",
                self,
                standing,
                why.remedy());
        Thread.sleep(pauses.farewell());
        ended.complete(why);
    }

    /// {@return what a node that is no member is told}
    static HostFailure failure(NodeId node, Standing standing, Path data) {
        return switch (standing) {
            case REMOVED ->
                    new HostFailure(
                            HostFailure.Code.REMOVED,
                            "node " + node + " was removed from the cluster",
                            ("move %s away, make a token on a member with `krg-admin cluster token"
                                            + " create`, and let the node in again here with"
                                            + " `krg-admin cluster join HOST:PORT --node %s --token"
                                            + " TOKEN`")
                                    .formatted(data, node));
            case REPLACED ->
                    new HostFailure(
                            HostFailure.Code.REMOVED,
                            "node %s was replaced: the member that it was is none of the cluster's"
                                    .formatted(node),
                            "`krg-admin state rejoin --config FILE` lets it come back with the data of"
                                    + " the others");
            case MEMBER -> throw new IllegalArgumentException(node + " is a member");
        };
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
