// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.krg.host.FileAnswer;
import org.krg.host.HostFailure;
import org.krg.host.SegmentKeys;
import org.krg.host.engine.Proposals;
import org.krg.linux.Account;
import org.krg.linux.PacketConnection.Peer;
import org.krg.pages.codec.AttachError;
import org.krg.pages.codec.AttachRequest;
import org.krg.pages.codec.ManageRequest;
import org.krg.pages.codec.Which;
import org.krg.pages.coherence.Advice;
import org.krg.pages.engine.FaultSink;
import org.krg.pages.engine.PageMemory;
import org.krg.pages.memory.SegmentDoor;
import org.krg.state.ClusterStore;
import org.krg.state.command.Command;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.command.SegmentCommand.HoldSegment;
import org.krg.state.command.SegmentCommand.RemoveSegment;
import org.krg.state.command.SegmentCommand.ResizeSegment;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Backing;
import org.krg.state.model.Identity;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Member;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.Revision;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What programs of this node ask for about segments, put to the cluster in their users' names, and
/// how many handles they have. Safe for use from any thread.
final class SegmentDesk implements SegmentDoor {
    private static final Logger log = LoggerFactory.getLogger(SegmentDesk.class);

    /// Less than libkrg waits for its answer.
    static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

    private static final int MADV_NORMAL = 0;
    private static final int MADV_RANDOM = 1;
    private static final int MADV_SEQUENTIAL = 2;
    private static final int MADV_WILLNEED = 3;

    /// All of them are under way at once.
    private static final int MOST_NEEDED_PAGES = 2_048;

    private final Member self;
    private final ClusterStore store;
    private final Proposals proposals;
    private final SegmentFiles files;
    private final Function<Segment, Opening> opener;
    private final Consumer<SegmentId> unheld;
    private final Duration limit;
    private final Map<SegmentId, Integer> held = new HashMap<>();

    /// Who is told of faults of the segments that were opened here.
    private final Map<SegmentId, FaultSink> sinks = new ConcurrentHashMap<>();

    private CompletableFuture<Reply> lastHold =
            CompletableFuture.completedFuture(new Reply.Accepted(Revision.ZERO, 0));

    /// A request ends with that error.
    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final AttachError error;

        Refused(AttachError error) {
            super(error.name());
            this.error = error;
        }
    }

    /// @param opener makes the memory of a segment on this node, or as large as the segment is now
    /// @param unheld is told of segments that nobody of this node has open any more
    /// @param limit how long the cluster is waited for
    SegmentDesk(
            Member self,
            ClusterStore store,
            Proposals proposals,
            SegmentFiles files,
            Function<Segment, Opening> opener,
            Consumer<SegmentId> unheld,
            Duration limit) {
        this.self = self;
        this.store = store;
        this.proposals = proposals;
        this.files = files;
        this.opener = opener;
        this.unheld = unheld;
        this.limit = limit;
    }

    @Override
    public Opening open(Which which, Peer user) {
        try {
            var segment = admitted(which, user);
            if (segment.returning()) {
                return new Opening.Refused(AttachError.EAGAIN);
            }
            hold(segment.id(), 1);
            var opening = opened(segment);
            switch (opening) {
                case Opening.Granted granted -> sinks.put(segment.id(), granted.faults());
                case Opening.Refused _ -> released(segment.id());
            }
            return opening;
        } catch (Refused refused) {
            return new Opening.Refused(refused.error);
        }
    }

    /// Should it end with an exception, nobody holds it.
    private Opening opened(Segment segment) {
        try {
            return opener.apply(segment);
        } catch (RuntimeException failure) {
            released(segment.id());
            throw failure;
        }
    }

    @Override
    public void released(SegmentId segment) {
        var _ = changed(segment, -1);
        if (!isHeld(segment)) {
            unheld.accept(segment);
        }
    }

    /// {@return whether programs of this node, or the agent itself, have it open}
    synchronized boolean isHeld(SegmentId segment) {
        return held.containsKey(segment);
    }

    /// Nobody here opens it any more.
    void forget(SegmentId segment) {
        sinks.remove(segment);
    }

    @Override
    public Managed manage(ManageRequest request, Peer user) {
        try {
            return new Managed.Done(done(request, user));
        } catch (Refused refused) {
            return new Managed.Refused(refused.error);
        }
    }

    @Override
    public CompletableFuture<Managed> resize(ManageRequest.Resize request, Peer user) {
        try {
            var segment = managed(request.which(), user);
            return segment.backing()
                    .map(file -> grown(segment, file, request.sizeBytes()))
                    .orElseGet(() -> CompletableFuture.completedFuture(manage(request, user)));
        } catch (Refused refused) {
            return CompletableFuture.completedFuture(new Managed.Refused(refused.error));
        }
    }

    /// The file is as it was if this is refused.
    private CompletableFuture<Managed> grown(Segment segment, Backing file, long sizeBytes) {
        var resize = new ResizeSegment(segment.id(), sizeBytes);
        if (ClusterStateMachine.decide(store.image(), resize)
                instanceof Decision.Refuse(var refusal, _)) {
            return CompletableFuture.completedFuture(new Managed.Refused(error(refusal)));
        }
        return files.prepare(file.node(), file.path(), segment.owner(), sizeBytes, false)
                .thenCompose(answer -> extended(segment, resize, answer))
                .copy()
                .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(failure -> new Managed.Refused(error(failure)));
    }

    private CompletableFuture<Managed> extended(
            Segment segment, ResizeSegment resize, FileAnswer answer) {
        return switch (answer) {
            case FileAnswer.Done _ ->
                    proposals
                            .submit(resize)
                            .thenApply(reply -> {
                                accepted(reply);
                                return new Managed.Done(segment.withSize(resize.sizeBytes()));
                            });
            case FileAnswer.Failed(var errno, var detail) -> {
                log.warn("file not extended segment={} reason={}", segment.id(), detail);
                throw new Refused(AttachError.of(errno));
            }
            case FileAnswer.Pending _ -> throw new InvariantBroken("a file is waited for");
        };
    }

    private static AttachError error(Throwable failure) {
        return switch (failure) {
            case CompletionException wrapped when wrapped.getCause() != null ->
                    error(wrapped.getCause());
            case Refused refused -> refused.error;
            default -> {
                log.warn("segment not grown", failure);
                yield AttachError.ETIMEDOUT;
            }
        };
    }

    private Segment done(ManageRequest request, Peer user) {
        return switch (request) {
            case ManageRequest.Create create -> create(create, user);
            case ManageRequest.Find(var which) -> asHeld(admitted(which, user));
            case ManageRequest.Resize(var which, var sizeBytes) -> {
                var segment = managed(which, user);
                propose(new ResizeSegment(segment.id(), sizeBytes));
                yield segment.withSize(sizeBytes);
            }
            case ManageRequest.Advise advise -> {
                var segment = admitted(advise.which(), user);
                advise(segment, advise);
                yield segment;
            }
            case ManageRequest.Remove(var which) -> {
                var segment = managed(which, user);
                propose(new RemoveSegment(segment.id()));
                yield segment.withoutName();
            }
            case ManageRequest.Destroy(var which) -> {
                var segment = managed(which, user);
                propose(new DestroySegment(segment.id()));
                yield segment;
            }
        };
    }

    @Override
    public CompletableFuture<AttachError> sync(AttachRequest.Sync request, Peer user) {
        try {
            var segment = admitted(request.which(), user);
            var part = part(segment, request.offset(), request.length());
            return files.sync(segment, part.start, part.end).thenApply(SegmentDesk::error);
        } catch (Refused refused) {
            return CompletableFuture.completedFuture(refused.error);
        }
    }

    private static AttachError error(FileAnswer answer) {
        return switch (answer) {
            case FileAnswer.Done _ -> AttachError.NONE;
            case FileAnswer.Failed(var errno, _) -> AttachError.of(errno);
            case FileAnswer.Pending _ -> throw new InvariantBroken("a sync is waited for");
        };
    }

    /// Pages of a segment; the last one is not included.
    private record Part(int start, int end) {}

    private static Part part(Segment segment, long offset, long length) {
        if (length <= 0
                || offset < 0
                || length % PageMemory.PAGE_BYTES != 0
                || offset > segment.sizeBytes() - length) {
            throw new Refused(AttachError.EINVAL);
        }
        var start = Math.toIntExact(offset / PageMemory.PAGE_BYTES);
        return new Part(start, start + Math.toIntExact(length / PageMemory.PAGE_BYTES));
    }

    private void advise(Segment segment, ManageRequest.Advise advise) {
        var sink = sinks.get(segment.id());
        var part = part(segment, advise.offset(), advise.length());
        if (sink == null) {
            throw new Refused(AttachError.EINVAL);
        }
        var start = part.start;
        var end = part.end;
        switch (advise.how()) {
            case MADV_NORMAL -> sink.advise(start, end, Advice.NORMAL);
            case MADV_RANDOM -> sink.advise(start, end, Advice.RANDOM);
            case MADV_SEQUENTIAL -> sink.advise(start, end, Advice.SEQUENTIAL);
            case MADV_WILLNEED -> sink.willNeed(start, Math.min(end, start + MOST_NEEDED_PAGES));
            default -> throw new Refused(AttachError.EINVAL);
        }
    }

    private Segment create(ManageRequest.Create create, Peer user) {
        var accepted =
                propose(
                        new CreateSegment(
                                        create.name(),
                                        create.sizeBytes(),
                                        identity(user),
                                        create.mode(),
                                        OwnershipMode.DEFAULT,
                                        Instant.now())
                                .openedBy(SegmentKeys.fresh()));
        return find(new Which.Numbered(new SegmentId(accepted.created())))
                .orElseThrow(() -> new Refused(AttachError.ENOENT));
    }

    private static Identity identity(Peer user) {
        return Account.find(user.uid())
                .map(account ->
                        new Identity(user.uid(), user.gid(), account.groups(), account.name()))
                .orElseGet(() ->
                        new Identity(
                                user.uid(), user.gid(), List.of(), Integer.toString(user.uid())));
    }

    private Segment admitted(Which which, Peer user) {
        var segment = find(which).orElseThrow(() -> new Refused(AttachError.ENOENT));
        if (!segment.admits(user.uid(), user.gid()) && !hasHadIt(which, segment)) {
            log.info(
                    "segment not opened segment={} pid={} user={} reason=it is {}'s with access {}",
                    segment.name(),
                    user.pid(),
                    user.uid(),
                    segment.owner().name(),
                    "%04o".formatted(segment.mode()));
            throw new Refused(AttachError.EACCES);
        }
        return segment;
    }

    private static boolean hasHadIt(Which which, Segment segment) {
        return switch (which) {
            case Which.Named _ -> false;
            case Which.Numbered(_, var key) -> segment.key().isOpenedBy(key);
        };
    }

    private Segment managed(Which which, Peer user) {
        var segment = find(which).orElseThrow(() -> new Refused(AttachError.ENOENT));
        if (!segment.isManagedBy(user.uid())) {
            throw new Refused(AttachError.EPERM);
        }
        return segment;
    }

    private Optional<Segment> find(Which which) {
        var segments = answered(store.read()).segments();
        return switch (which) {
            case Which.Named(var name) -> segments.find(name);
            case Which.Numbered(var id, _) -> segments.current(id);
        };
    }

    private void hold(SegmentId segment, int more) {
        try {
            accepted(answered(changed(segment, more)));
        } catch (Refused refused) {
            released(segment);
            throw refused;
        }
    }

    /// The log hears of this node's handles a moment later than they are opened and closed.
    private synchronized Segment asHeld(Segment segment) {
        return segment.heldBy(self, held.getOrDefault(segment.id(), 0));
    }

    /// Holds a segment for this agent itself, as a program does.
    ///
    /// @throws HostFailure if that is impossible
    Handle hold(Segment segment) {
        try {
            hold(segment.id(), 1);
        } catch (Refused refused) {
            throw new HostFailure(
                    code(refused.error),
                    "segment %s cannot be opened (%s)".formatted(segment.name(), refused.error),
                    refused.error == AttachError.EAGAIN
                            ? "it is being saved, or put back; try again in a moment"
                            : "`krg-admin segment list` shows those there are",
                    refused);
        }
        return () -> released(segment.id());
    }

    /// A segment that is held until this is closed.
    interface Handle extends AutoCloseable {
        @Override
        void close();
    }

    private static HostFailure.Code code(AttachError error) {
        return switch (error) {
            case EAGAIN -> HostFailure.Code.CONFLICT;
            case ENOENT -> HostFailure.Code.NOT_FOUND;
            case ETIMEDOUT -> HostFailure.Code.NO_QUORUM;
            default -> HostFailure.Code.FAILED;
        };
    }

    /// What is said of a segment arrives in the order in which it was so.
    private synchronized CompletableFuture<Reply> changed(SegmentId segment, int more) {
        var count = held.merge(segment, more, Integer::sum);
        if (count <= 0) {
            held.remove(segment);
        }
        lastHold =
                lastHold.handle((_, _) -> new HoldSegment(segment, self, count))
                        .thenCompose(proposals::submit);
        return lastHold;
    }

    /// Returns when the cluster knows of all handles there were.
    void settle() {
        CompletableFuture<Reply> last;
        synchronized (this) {
            last = lastHold;
        }
        var _ = answered(last.handle((reply, _) -> reply));
    }

    private Reply.Accepted propose(Command command) {
        return accepted(answered(proposals.submit(command)));
    }

    private static Reply.Accepted accepted(Reply reply) {
        if (reply instanceof Reply.Accepted accepted) {
            return accepted;
        }
        var refusal = reply instanceof Reply.Refused refused ? refused.refusal() : null;
        log.info("segment refused reason={}", reply);
        throw new Refused(error(refusal));
    }

    private static AttachError error(@Nullable Refusal refusal) {
        return switch (refusal) {
            case NAME_TAKEN -> AttachError.EEXIST;
            case LIMIT -> AttachError.ENOSPC;
            case INVALID -> AttachError.EINVAL;
            case NOT_FOUND -> AttachError.ENOENT;
            case CONFLICT -> AttachError.EAGAIN;
            case null, default -> AttachError.EIO;
        };
    }

    /// Others may wait for the same answer for longer.
    private <T> T answered(CompletableFuture<T> question) {
        try {
            return question.copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException unanswered) {
            log.warn("segments: no answer from the cluster", unanswered);
            throw new Refused(AttachError.ETIMEDOUT);
        }
    }

    /// Tells the cluster that a member which is over holds nothing any more.
    void gone(ClusterImage image, Member member) {
        for (var segment : image.segments().known().values()) {
            if (segment.holders().stream().anyMatch(holder -> holder.member().equals(member))) {
                var _ = proposals.submit(new HoldSegment(segment.id(), member, 0));
            }
        }
    }
}
