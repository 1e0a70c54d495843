// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.krg.state.ClusterStore;
import org.krg.state.KeySpace;
import org.krg.state.command.Command;
import org.krg.state.command.Operation;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.core.MembershipChange;
import org.krg.state.event.Event;
import org.krg.state.event.Recorded;
import org.krg.state.image.ClusterChange;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.BlockId;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.PageOwner;
import org.krg.state.model.Revision;
import org.krg.state.model.Role;

/// A store in memory that decides by the real rules, at once, and can be out of touch.
public final class FakeStore implements ClusterStore {
    private final NodeId self;
    private final List<Consumer<ClusterChange>> listeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<Leadership>> followers = new CopyOnWriteArrayList<>();
    private final List<Command> commands = new CopyOnWriteArrayList<>();
    private final List<Revision> announced = new CopyOnWriteArrayList<>();
    private final Map<String, Reply> replies = new HashMap<>();
    private volatile ClusterImage image = ClusterImage.EMPTY;
    private volatile Optional<ClusterImage> past = Optional.empty();
    private volatile Leadership leadership = new Leadership(Optional.empty(), 0, false);
    private volatile boolean quorum = true;
    private volatile boolean lostAnswers;
    private volatile boolean saysLess;
    private volatile Revision firstKept = Revision.ZERO;

    public FakeStore(NodeId self) {
        this.self = self;
    }

    @Override
    public Instant leadershipSince() {
        return Instant.EPOCH;
    }

    @Override
    public StorageStatus storage() {
        return new StorageStatus(0, 0, 1L << 40, Optional.empty(), 0);
    }

    @Override
    public CompletableFuture<StoredSnapshot> takeSnapshot() {
        return CompletableFuture.completedFuture(new StoredSnapshot(0, Instant.EPOCH, 0));
    }

    @Override
    public List<String> alarms() {
        return List.of();
    }

    @Override
    public void backup(OutputStream to) throws IOException {
        to.write("rows".getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public CompletableFuture<Void> change(MembershipChange change) {
        return CompletableFuture.failedFuture(new MembershipRefused("one node is all there is"));
    }

    @Override
    public Optional<String> refusal(MembershipChange change) {
        return Optional.of("one node is all there is");
    }

    @Override
    public CompletableFuture<Void> transferLeadership(Optional<NodeId> to) {
        return CompletableFuture.completedFuture(null);
    }

    /// Begins with a state; nobody is told of it.
    public void begin(ClusterImage with) {
        image = with;
    }

    /// From now on this node's replica stays as it is.
    void fallBehind() {
        past = Optional.of(image);
    }

    /// From now on replies do not say what an operation made.
    void sayLess() {
        saysLess = true;
    }

    /// Makes this node the leader of a new term, or not.
    public void lead(boolean mine) {
        leadership =
                new Leadership(
                        mine ? Optional.of(self) : Optional.empty(), leadership.term() + 1, mine);
        followers.forEach(follower -> follower.accept(leadership));
    }

    /// {@return the revisions that the others were to hear of at once}
    List<Revision> announced() {
        return announced;
    }

    public void quorum(boolean there) {
        quorum = there;
    }

    /// From now on operations take effect and their answers are lost.
    public void loseAnswers(boolean lost) {
        lostAnswers = lost;
    }

    /// From now on no events up to `revision` are kept.
    public void compact(Revision revision) {
        firstKept = revision.next();
    }

    /// {@return what took effect or was refused, in order}
    public <T extends Command> List<T> commands(Class<T> kind) {
        return commands.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public CompletableFuture<Reply> submit(Operation operation) {
        if (!quorum) {
            return CompletableFuture.failedFuture(new NoQuorum("out of touch"));
        }
        var reply = decide(operation);
        return lostAnswers
                ? CompletableFuture.failedFuture(
                        new UnknownOutcome("lost", new IllegalStateException("lost")))
                : CompletableFuture.completedFuture(reply);
    }

    private synchronized Reply decide(Operation operation) {
        if (operation.term() != 0 && operation.term() != leadership.term()) {
            return new Reply.Refused(image.revision(), Refusal.WRONG_TERM, "another term");
        }
        return replies.computeIfAbsent(
                operation.session() + "/" + operation.sequence(), _ -> decide(operation.command()));
    }

    private Reply decide(Command command) {
        commands.add(command);
        return switch (ClusterStateMachine.decide(image, command)) {
            case Decision.Refuse(var refusal, var detail) ->
                    new Reply.Refused(image.revision(), refusal, detail);
            case Decision.Accept(var events, var created) -> {
                if (!events.isEmpty()) {
                    apply(events);
                }
                yield new Reply.Accepted(image.revision(), saysLess ? 0 : created);
            }
        };
    }

    /// Agrees on something that changes nothing here.
    void change() {
        apply(List.of());
    }

    private void apply(List<Event> events) {
        var before = image;
        var revision = before.revision().next();
        image = ClusterStateMachine.fold(before, revision, events);
        var recorded = new ArrayList<Recorded>();
        for (var event : events) {
            recorded.add(new Recorded(revision, recorded.size(), event));
        }
        var change = new ClusterChange(before, recorded, image);
        listeners.forEach(listener -> listener.accept(change));
    }

    @Override
    public ClusterImage image() {
        return past.orElse(image);
    }

    @Override
    public CompletableFuture<ClusterImage> read() {
        return quorum
                ? CompletableFuture.completedFuture(image)
                : CompletableFuture.failedFuture(new NoQuorum("out of touch"));
    }

    @Override
    public CompletableFuture<Leadership> confirmLeadership() {
        return quorum && leadership.mine()
                ? CompletableFuture.completedFuture(leadership)
                : CompletableFuture.failedFuture(new NoQuorum("not the leader"));
    }

    @Override
    public void announce() {
        announced.add(image.revision());
    }

    @Override
    public Leadership leadership() {
        return leadership;
    }

    @Override
    public void onLeadership(Consumer<Leadership> listener) {
        followers.add(listener);
        listener.accept(leadership);
    }

    @Override
    public Subscription onChange(Consumer<ClusterChange> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    @Override
    public Subscription onSync(Runnable listener) {
        return () -> {};
    }

    @Override
    public List<Recorded> eventsAfter(Revision revision, int limit) {
        if (revision.next().compareTo(firstKept) < 0) {
            throw new Compacted(firstKept);
        }
        return List.of();
    }

    @Override
    public StateHash hash() {
        throw new UnsupportedOperationException("nothing is stored");
    }

    @Override
    public CompletableFuture<StateHash> hashAfter(long index) {
        return CompletableFuture.failedFuture(new AlreadyApplied(0));
    }

    @Override
    public SortedMap<Integer, PageOwner> owners(BlockId block) {
        return Collections.emptySortedMap();
    }

    @Override
    public KeySpace keys() {
        throw new UnsupportedOperationException("no keys are stored");
    }

    @Override
    public QuorumStatus quorum() {
        return new QuorumStatus(leadership, 0, 0, Optional.empty(), List.of());
    }

    @Override
    public CompletableFuture<Void> admit(NodeId node, String peerId, HostPort raft, Role role) {
        return CompletableFuture.failedFuture(new NoQuorum("a store in memory has no members"));
    }

    @Override
    public void close() {
        listeners.clear();
        followers.clear();
    }
}
