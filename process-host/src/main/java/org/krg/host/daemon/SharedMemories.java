// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.krg.host.HostFailure;
import org.krg.host.PageWitness;
import org.krg.host.SegmentTransfer;
import org.krg.host.TakeOver;
import org.krg.host.core.OwnLease;
import org.krg.host.core.OwnMember;
import org.krg.host.kernel.AttachedPrograms;
import org.krg.host.kernel.PagesSocket;
import org.krg.host.kernel.SharedPrograms;
import org.krg.host.model.PageAddress;
import org.krg.host.model.SegmentProgram;
import org.krg.host.netty.PeerAsks;
import org.krg.linux.Boottime;
import org.krg.linux.LinuxException;
import org.krg.linux.PacketListener;
import org.krg.pages.coherence.Access;
import org.krg.pages.engine.FileFailed;
import org.krg.pages.engine.PageEngine;
import org.krg.pages.engine.PagesFailed;
import org.krg.pages.memory.AttachPort;
import org.krg.pages.memory.DetachRefused;
import org.krg.pages.memory.HeldObject;
import org.krg.pages.model.BlockTable;
import org.krg.pages.model.SegmentStats;
import org.krg.state.ClusterStore.Subscription;
import org.krg.state.command.Reply;
import org.krg.state.command.SegmentCommand.FinishReturn;
import org.krg.state.image.ClusterChange;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.SavedSegment;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The shared memory of a node, anew with each registration of its agent: what an agent remembers
/// of pages is void once the cluster has declared it lost. Programs that ask in between wait. Safe
/// for use from any thread.
final class SharedMemories implements PageWitness, SharedPrograms, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SharedMemories.class);
    private static final String NONE = "no shared memory on this node reason={}";
    private static final long ANSWER_SECONDS = 5;

    /// A cluster with a quorum takes records within milliseconds.
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(2);

    /// Whoever holds a lock now and then is soon without.
    private static final Duration DETACH_LIMIT = Duration.ofSeconds(8);

    /// Whoever still holds it then is told of before anything is stopped.
    private static final Duration HELD_LIMIT = Duration.ofSeconds(2);

    private final SharedMemory.Setting setting;
    private final Optional<PacketListener> programs;
    private final PeerAsks asks;
    private final AttachedPrograms attached;
    private final SegmentFiles files;
    private final Adoptions adoptions = new Adoptions(this::findPresent);
    private final Subscription subscription;
    private final NodeId node;
    private OwnMember self;
    private @Nullable SharedMemory present;
    private boolean closed;

    SharedMemories(
            NodeId self, SharedMemory.Setting setting, PeerAsks asks, AttachedPrograms attached) {
        this.attached = attached;
        this.node = self;
        this.self = OwnMember.unregistered(self);
        this.setting = setting;
        this.programs = listen(setting.socket());
        this.closed = programs.isEmpty();
        this.asks = asks;
        this.files = new SegmentFiles(self, asks::file, this::writeBack);
        this.subscription = setting.store().onChange(this::changed);
    }

    private static Optional<PacketListener> listen(Path socket) {
        try {
            var listener = AttachPort.listen(socket);
            PagesSocket.link(socket, socket.resolveSibling("cells"));
            return Optional.of(listener);
        } catch (IOException | LinuxException failure) {
            log.warn(NONE, failure.toString());
            return Optional.empty();
        }
    }

    /// The node holds its lease.
    synchronized void leased(OwnLease lease) {
        follow(self.leased(lease, setting.store().image(), Boottime.now()));
    }

    /// {@return where other nodes send page messages}
    PageAddress address() {
        return present().address();
    }

    /// {@return what takes out what segments hold, and into them}
    ///
    /// @param directory where what comes waits until all of it is here
    SegmentTransfer transfers(Path directory) {
        return new SegmentTransfers(directory, this::present, node, files);
    }

    /// {@return what has something done about the files of segments}
    SegmentFiles files() {
        return files;
    }

    private int writeBack(SegmentId segment, int start, int end) throws FileFailed {
        return present().writeBack(segment, start, end);
    }

    @Override
    public synchronized boolean isSettled() {
        return present != null || closed;
    }

    @Override
    public long pages(List<SegmentId> segments) {
        PageEngine engine;
        synchronized (this) {
            if (present == null) {
                return 0;
            }
            engine = present.engine();
        }
        return segments.stream()
                .flatMap(segment -> engine.tables(segment).stream())
                .flatMap(table -> table.copies().stream())
                .filter(copy -> copy.access() != Access.NONE)
                .count();
    }

    @Override
    public SegmentStats stats(SegmentId segment, int pages) {
        return present().engine().stats(segment, pages);
    }

    @Override
    public List<BlockTable> tables(SegmentId segment) {
        var engine = present().engine();
        // What the log says of owners trails a little.
        try {
            if (engine.settleRecords(SETTLE_LIMIT)) {
                var _ = setting.store().read().get(ANSWER_SECONDS, TimeUnit.SECONDS);
            }
        } catch (ExecutionException | TimeoutException behind) {
            log.debug("the log may trail what is told of segment={}", segment, behind);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        return engine.tables(segment);
    }

    @Override
    public List<SegmentProgram> programs(SegmentId segment) {
        var port =
                present()
                        .port()
                        .orElseThrow(() ->
                                new HostFailure(
                                        HostFailure.Code.NO_QUORUM,
                                        "node " + node + " lets go of its shared memory",
                                        "ask again"));
        try {
            return port.attachments(segment).stream().map(attached::of).toList();
        } catch (CompletionException unanswered) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "node " + node + " does not say in time who has the segment",
                    "a program of it may be opening a segment; ask again",
                    unanswered);
        }
    }

    /// {@return what it has seen of every segment; nothing before it has registered}
    List<SegmentStats> allStats() {
        PageEngine engine;
        synchronized (this) {
            if (present == null) {
                return List.of();
            }
            engine = present.engine();
        }
        return engine.segments().stream().map(segment -> engine.stats(segment, 0)).toList();
    }

    /// {@return how much this node has of all segments together, and may have; empty while it has
    /// no shared memory}
    Optional<PageEngine.Use> use() {
        return Optional.ofNullable(findPresent()).map(memory -> memory.engine().use());
    }

    @Override
    public Set<Integer> processes() {
        return port().map(it -> it.processes().keySet()).orElse(Set.of());
    }

    @Override
    public List<SegmentId> opened(Set<Integer> pids) {
        return port().map(it -> it.opened(pids)).orElse(List.of());
    }

    @Override
    public List<Tie> ties(Supplier<Set<Integer>> pids) {
        var port = port();
        if (port.isEmpty()) {
            return List.of();
        }
        try {
            return port.get().kept(pids, HELD_LIMIT).stream()
                    .map(held -> new Tie(held.pid(), held.reason(), HeldObject.REMEDY))
                    .toList();
        } catch (CompletionException unanswered) {
            throw new HostFailure(
                    HostFailure.Code.NO_QUORUM,
                    "the cluster does not say what its processes hold",
                    "ask again",
                    unanswered);
        }
    }

    @Override
    public Optional<Tie> detach(Supplier<Set<Integer>> pids, Path still) {
        var port = port();
        if (port.isEmpty()) {
            return Optional.empty();
        }
        try {
            port.get().detach(pids, still, DETACH_LIMIT);
            return Optional.empty();
        } catch (DetachRefused refused) {
            return Optional.of(
                    new Tie(refused.pid(), String.valueOf(refused.getMessage()), refused.remedy()));
        }
    }

    @Override
    public List<Held> held(Set<Integer> pids) {
        var port = port();
        if (port.isEmpty()) {
            return List.of();
        }
        var kept = port.get().kept(pids);
        if (!kept.isEmpty()) {
            present().settleHandles();
        }
        return kept.entrySet().stream()
                .map(entry -> new Held(entry.getKey(), entry.getValue()))
                .toList();
    }

    @Override
    public boolean haveAgreed(Set<Integer> pids) {
        return port().filter(it -> it.haveAgreed(pids)).isPresent();
    }

    @Override
    public Optional<String> keepPages(SavedSegment saved, Path file) {
        return problem(() -> present().keepPages(saved.segment(), file));
    }

    @Override
    public Optional<String> putBack(SavedSegment saved, Path file) {
        return problem(() -> {
            var current =
                    setting.store()
                            .read()
                            .join()
                            .segments()
                            .current(saved.segment().id())
                            .filter(Segment::returning);
            if (current.isPresent()) {
                present().putBack(current.get(), file);
                finish(current.get());
            }
        });
    }

    private void finish(Segment segment) {
        var reply = setting.proposals().submit(new FinishReturn(segment.id())).join();
        if (reply instanceof Reply.Refused(_, _, var detail)) {
            throw new PagesFailed(detail);
        }
        log.info("pages put back segment={} size={}", segment.id(), segment.sizeBytes());
    }

    private interface Work {
        void run() throws IOException;
    }

    private static Optional<String> problem(Work work) {
        try {
            work.run();
            return Optional.empty();
        } catch (PagesFailed | IOException | CompletionException failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }

    private synchronized Optional<AttachPort> port() {
        return Optional.ofNullable(present).flatMap(SharedMemory::port);
    }

    private synchronized @Nullable SharedMemory findPresent() {
        return present;
    }

    /// Takes pages of a node that ends. Blocks for some seconds at most.
    TakeOver.Answer takeOver(TakeOver question) {
        return adoptions.take(question);
    }

    /// The agent is told to end, and still holds its lease: other nodes take what only this one
    /// has, and programs stand still until the next agent. Blocks, for a bounded time.
    void leave() throws InterruptedException {
        adoptions.end();
        var leaving = findPresent();
        if (leaving != null) {
            new Departure(leaving, setting.store(), asks).run();
        }
    }

    private synchronized SharedMemory present() {
        if (present == null) {
            throw new HostFailure(
                    HostFailure.Code.NO_QUORUM,
                    "node " + self.self() + " has no shared memory: it has not registered yet",
                    "ask again");
        }
        return present;
    }

    private synchronized void changed(ClusterChange change) {
        if (present != null) {
            present.changed(change);
        }
        follow(self.changed(change.after(), Boottime.now()));
    }

    private void follow(OwnMember next) {
        self = next;
        if (present != null && !next.present().equals(Optional.of(present.self()))) {
            log.warn("shared memory is void member={}", present.self());
            present.endFiles();
            // Not here: it waits for programs, which may wait for the state.
            var _ = Thread.startVirtualThread(present::close);
            present = null;
        }
        if (present == null && !closed) {
            next.present()
                    .ifPresent(member -> programs.ifPresent(listener -> open(member, listener)));
        }
        if (present != null && next.isCurrent(Boottime.now())) {
            present.renew(next.lease().deadline());
        }
    }

    private void open(Member member, PacketListener listener) {
        try {
            present = SharedMemory.open(member, setting, listener, this::peer, files);
        } catch (IOException | LinuxException failure) {
            log.warn(NONE, failure.toString());
            closed = true;
            listener.close();
        }
    }

    private Optional<PageAddress> peer(NodeId node) {
        try {
            return Optional.of(asks.pagePort(node).get(ANSWER_SECONDS, TimeUnit.SECONDS));
        } catch (ExecutionException | TimeoutException unreachable) {
            log.debug("page port unknown node={} reason={}", node, unreachable.toString());
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        subscription.close();
        synchronized (this) {
            closed = true;
            if (present != null) {
                present.close();
                present = null;
            }
        }
        programs.ifPresent(PacketListener::close);
        files.close();
    }
}
