// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.krg.host.engine.Proposals;
import org.krg.host.model.PageAddress;
import org.krg.linux.PacketListener;
import org.krg.pages.codec.AttachError;
import org.krg.pages.engine.FileFailed;
import org.krg.pages.engine.PageEngine;
import org.krg.pages.engine.PageEngineConfig;
import org.krg.pages.engine.PageMemory;
import org.krg.pages.engine.PagesFailed;
import org.krg.pages.engine.SyncEngine;
import org.krg.pages.engine.SyncLog;
import org.krg.pages.files.SegmentContents;
import org.krg.pages.files.SegmentImage;
import org.krg.pages.memory.AttachPort;
import org.krg.pages.memory.NodeMemory;
import org.krg.pages.memory.ProgramCheckpoints;
import org.krg.pages.memory.SegmentDoor.Opening;
import org.krg.pages.net.LinkConfig;
import org.krg.pages.net.PageLinks;
import org.krg.pages.net.PagePort;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.Subscription;
import org.krg.state.MutualTls;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.command.SegmentCommand.GrantBlock;
import org.krg.state.command.SyncCommand;
import org.krg.state.core.FileHome;
import org.krg.state.event.SegmentEvent;
import org.krg.state.image.ClusterChange;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.SyncState;
import org.krg.state.model.BlockGrant;
import org.krg.state.model.BlockId;
import org.krg.state.model.Caller;
import org.krg.state.model.CallerState;
import org.krg.state.model.HostPort;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shared memory on a node, as long as its agent is one member of the cluster: the parts of
/// page-store, and what the log says to them. Safe for use from any thread.
final class SharedMemory implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SharedMemory.class);
    private static final int KEY_BYTES = 32;

    /// A question that had no good answer is asked again after this time.
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Member self;
    private final ClusterStore store;
    private final Proposals proposals;
    private final byte[] key = new byte[KEY_BYTES];
    private final PageLinks links;
    private final PageEngine engine;
    private final SyncEngine sync;
    private final Subscription synchronised;
    private final SegmentDesk desk;
    private final BackedFiles files;
    private final Map<SegmentId, Opening.Granted> opened = new HashMap<>();
    private @Nullable AttachPort port;
    private boolean closed;

    private SharedMemory(
            Member self,
            Setting setting,
            Function<NodeId, Optional<PageAddress>> peers,
            SegmentFiles segmentFiles)
            throws IOException {
        this.self = self;
        this.store = setting.store;
        this.proposals = setting.proposals;
        this.files =
                new BackedFiles(
                        self.node(), setting.marks, store.image().segments().known().values());
        this.desk =
                new SegmentDesk(
                        self,
                        store,
                        proposals,
                        segmentFiles,
                        this::open,
                        this::freeLater,
                        SegmentDesk.ANSWER_LIMIT);
        new SecureRandom().nextBytes(key);
        var bind = new HostPort(setting.host, 0);
        this.links =
                PageLinks.open(
                        new LinkConfig(
                                setting.cluster, self.node(), bind, key, setting.encryption()),
                        node ->
                                peers.apply(node)
                                        .map(peer -> new PagePort(peer.address(), peer.key())));
        this.engine =
                PageEngine.start(
                        PageEngineConfig.of(
                                self, setting.memoryBytes, Runtime.getRuntime().maxMemory()),
                        links,
                        this::ask,
                        new AgreedOwners(self, store, proposals),
                        files);
        this.sync = new SyncEngine(self, new Agreed(store, proposals));
        this.synchronised = store.onSync(sync::look);
    }

    /// Synchronisation in the cluster's log.
    private record Agreed(ClusterStore store, Proposals proposals) implements SyncLog {
        @Override
        public CompletableFuture<Reply> submit(SyncCommand command) {
            return proposals.submit(command);
        }

        @Override
        public CompletableFuture<SyncState> read() {
            return store.read().thenApply(ClusterImage::sync);
        }

        @Override
        public Optional<CallerState> find(Caller caller) {
            return store.image().sync().callers().find(caller);
        }
    }

    /// What a node's shared memory needs.
    ///
    /// @param host where it listens for other nodes
    /// @param socket where it listens for programs
    /// @param marks where it is kept what files of segments have
    /// @param memoryBytes what pages of segments may take of the node's memory
    /// @param tls how that is encrypted, beyond loopback
    /// @param checkpoints takes those that programs ask for
    record Setting(
            UUID cluster,
            String host,
            MutualTls tls,
            Path socket,
            Path marks,
            long memoryBytes,
            ClusterStore store,
            Proposals proposals,
            ProgramCheckpoints checkpoints) {
        /// On loopback pages go as they are: who may read what goes there is root.
        Optional<MutualTls> encryption() throws IOException {
            return InetAddress.getByName(host).isLoopbackAddress()
                    ? Optional.empty()
                    : Optional.of(tls);
        }
    }

    /// Opens it for an agent that has just registered.
    ///
    /// @param programs what programs connect to; stays its owner's
    /// @param peers asks another node where its page messages go; may block
    /// @throws IOException if it cannot listen
    static SharedMemory open(
            Member self,
            Setting setting,
            PacketListener programs,
            Function<NodeId, Optional<PageAddress>> peers,
            SegmentFiles files)
            throws IOException {
        var memory = new SharedMemory(self, setting, peers, files);
        memory.links.listen(memory.engine);
        synchronized (memory) {
            memory.port = AttachPort.open(programs, memory.desk, memory.sync, setting.checkpoints);
        }
        log.info("shared memory is open member={} pages={}", self, memory.links.address());
        return memory;
    }

    /// The node holds its lease, and this member is known not to have been declared lost.
    ///
    /// @param until programs may use their pages, on the clock of [org.krg.linux.Boottime]
    void renew(Duration until) {
        port().ifPresent(it -> it.renew(until));
    }

    /// Returns when the cluster knows of all handles of programs of this node.
    void settleHandles() {
        desk.settle();
    }

    /// Writes the pages of a segment that is open here into a file.
    ///
    /// @throws PagesFailed if one is lost, or does not come
    /// @throws IOException if the file cannot be written
    void keepPages(Segment segment, Path file) throws IOException {
        SegmentImage.save(engine, segment.id(), pages(segment), touched(segment), file);
    }

    /// Puts the pages of a file into a segment that nobody could open yet.
    ///
    /// @throws PagesFailed if one cannot be had
    /// @throws IOException if the file cannot be read
    void putBack(Segment segment, Path file) throws IOException {
        if (open(segment) instanceof Opening.Refused) {
            throw new PagesFailed("the agent stops");
        }
        if (segment.backing().isPresent()) {
            SegmentImage.loadOver(engine, segment.id(), pages(segment), file);
        } else {
            SegmentImage.load(engine, segment.id(), pages(segment), file);
        }
    }

    /// Writes what a segment holds.
    ///
    /// @throws PagesFailed if a page is lost, or does not come
    void dump(Segment segment, OutputStream into) throws IOException {
        try (var _ = desk.hold(segment)) {
            contents(segment).dump(touched(segment), into);
        }
    }

    /// Copies what comes for a segment, if that can be stored there.
    void check(Segment segment, InputStream from, OutputStream copy) throws IOException {
        new SegmentContents(engine, segment.id(), pages(segment)).check(from, copy);
    }

    /// Stores what was checked.
    ///
    /// @return how many pages
    /// @throws PagesFailed if a page is lost, or does not come
    int load(Segment segment, InputStream checked) throws IOException {
        try (var _ = desk.hold(segment)) {
            return contents(segment).load(touched(segment), checked);
        }
    }

    /// {@return a segment, if there is one}
    Optional<Segment> find(SegmentId segment) {
        var known = store.image().segments().known().find(segment);
        return known.isPresent() ? known : store.read().join().segments().known().find(segment);
    }

    /// Holds a segment, as a program does.
    SegmentDesk.Handle hold(Segment segment) {
        return desk.hold(segment);
    }

    /// Has pages of a segment come here, to be read.
    ///
    /// @param pages by their index in the block
    /// @return how many are not here after so long
    int take(Segment segment, BlockId block, List<Integer> pages, Duration limit)
            throws InterruptedException {
        return open(segment) instanceof Opening.Refused
                ? pages.size()
                : engine.fetch(block, pages, limit);
    }

    /// Begins nothing more as the home of blocks. Comes when programs are let go of.
    ///
    /// @return whether all that was on its way has arrived, and the log knows all owners, within so
    ///   long each
    boolean settle(Duration limit) throws InterruptedException {
        var isAtRest = engine.rest(limit);
        var isRecorded = engine.settleRecords(limit);
        return links.settle(limit) && isRecorded && isAtRest;
    }

    /// Writes pages of a segment to its file, which is on this node.
    ///
    /// @param end the first page that is not meant
    /// @return how many were written
    /// @throws FileFailed if the file cannot be written
    /// @throws PagesFailed if pages are lost, or do not come: all others are in the file
    int writeBack(SegmentId id, int start, int end) throws FileFailed {
        var image = store.read().join();
        var segment = image.segments().known().find(id);
        var isOver = image.nodes().find(self.node()).map(self::isGone).orElse(true);
        if (segment.isEmpty() || isOver || open(segment.get()) instanceof Opening.Refused) {
            throw new PagesFailed(
                    isOver ? "the agent registers anew" : "segment " + id + " is gone");
        }
        files.know(segment.get());
        var blocks = image.segments().blocksOf(id).stream().map(BlockId::number).toList();
        return files.write(engine, id, blocks, start, end);
    }

    /// Writes nothing more to files. Does not wait for anybody.
    void endFiles() {
        files.end();
    }

    private SegmentContents contents(Segment segment) {
        if (open(segment) instanceof Opening.Refused) {
            throw new PagesFailed("the agent stops");
        }
        return new SegmentContents(engine, segment.id(), pages(segment));
    }

    /// {@return the numbers of the blocks that may hold anything but zeros}
    private List<Integer> touched(Segment segment) {
        if (segment.backing().isPresent()) {
            return IntStream.range(0, segment.blocks()).boxed().toList();
        }
        return store.read().join().segments().blocksOf(segment.id()).stream()
                .map(BlockId::number)
                .toList();
    }

    PageEngine engine() {
        return engine;
    }

    Member self() {
        return self;
    }

    /// {@return where programs of this node ask; empty once it is closed}
    synchronized Optional<AttachPort> port() {
        return closed ? Optional.empty() : Optional.ofNullable(port);
    }

    /// {@return where other nodes send page messages}
    PageAddress address() {
        return new PageAddress(links.address(), key);
    }

    /// Takes a step of the agreed state.
    synchronized void changed(ClusterChange change) {
        if (closed) {
            return;
        }
        for (var before : change.before().nodes().values()) {
            var member = Member.of(before);
            var now = change.after().nodes().find(before.id());
            if (now.map(member::isGone).orElse(true)) {
                engine.gone(member, live(change.after()));
                if (change.events().isEmpty() || !member.isGone(before)) {
                    desk.gone(change.after(), member);
                }
            }
        }
        var image = change.after();
        if (change.events().isEmpty()) {
            image.segments().grants().stream().forEach(it -> granted(image, it.key()));
        }
        for (var recorded : change.events()) {
            if (recorded.event() instanceof SegmentEvent.Granted(var block, _, _)) {
                granted(image, block);
            } else if (recorded.event() instanceof SegmentEvent.Changed(var segment, _)) {
                grow(segment);
            } else if (recorded.event() instanceof SegmentEvent.Destroyed(var segment, _)) {
                if (desk.isHeld(segment.id())) {
                    var _ = Thread.startVirtualThread(() -> engine.poison(segment.id()));
                }
                freeLater(segment.id());
            }
        }
    }

    private void freeLater(SegmentId segment) {
        // Who tells of it may hold what a block waits for.
        var _ = Thread.startVirtualThread(() -> free(segment));
    }

    /// Frees the memory of a segment that is gone, once nobody here has it open.
    private void free(SegmentId segment) {
        Opening.Granted granted;
        synchronized (this) {
            if (closed
                    || desk.isHeld(segment)
                    || store.image().segments().known().find(segment).isPresent()) {
                return;
            }
            granted = opened.remove(segment);
            desk.forget(segment);
        }
        // A node may be the home or the mirror of blocks of a segment that is not open there.
        engine.forget(segment);
        files.forget(segment);
        if (granted != null) {
            granted.memory().close();
            log.info("memory freed segment={}", segment);
        }
    }

    /// {@return whether the block has a home that lives, of which the engine knows now}
    private synchronized boolean granted(ClusterImage image, BlockId block) {
        var grant = image.segments().grants().find(block);
        var segment = image.segments().known().find(block.segment());
        if (closed || grant.isEmpty() || segment.isEmpty()) {
            return false;
        }
        var live = live(image);
        files.know(segment.get());
        var isTold = live.contains(grant.get().home()) && live.contains(self);
        if (isTold) {
            engine.granted(
                    block,
                    grant.get().home(),
                    grant.get().epoch().value(),
                    segment.get().ownership(),
                    live);
        }
        return isTold;
    }

    private static List<Member> live(ClusterImage image) {
        return image.nodes().values().stream()
                .filter(node -> !Member.of(node).isGone(node))
                .map(Member::of)
                .toList();
    }

    /// Has a home agreed on, if this replica knows of none that lives. The answer is what it says
    /// then; it knows the reply's revision, or a step that comes tells it.
    private void ask(BlockId block) {
        // The caller holds the block; the answer needs it.
        var _ =
                Thread.startVirtualThread(() -> {
                    if (!isKnown(block)) {
                        propose(block);
                    }
                });
    }

    /// Tells of the home that this replica knows, if it does. Should there be another by now, a
    /// step tells of it as it does to those who asked before: steps that come later than what is
    /// looked at here are told later.
    private synchronized boolean isKnown(BlockId block) {
        return granted(store.image(), block);
    }

    private void propose(BlockId block) {
        if (isFileAwaited(store.image(), block)) {
            again(block);
            return;
        }
        var _ =
                proposals
                        .submit(new GrantBlock(block, self))
                        .thenCompose(reply -> store.read().thenApply(image -> answer(reply, image)))
                        .whenComplete((answer, failure) -> {
                            if (answer != null) {
                                answered(block, answer);
                            } else {
                                log.debug("no home for block={}", block, failure);
                                again(block);
                            }
                        });
    }

    /// What became of a question.
    private record Answer(Reply reply, ClusterImage image) {}

    private static Answer answer(Reply reply, ClusterImage image) {
        return new Answer(reply, image);
    }

    private void answered(BlockId block, Answer answer) {
        if (answer.reply instanceof Reply.Refused(_, var refusal, var detail)) {
            log.info("no home for block={} reason={}", block, detail);
            if (refusal == Refusal.NOT_FOUND) {
                engine.poison(block);
            } else if (refusal == Refusal.LIMIT) {
                engine.refused(block);
            }
            return;
        }
        if (hasHome(answer.image, block)) {
            granted(answer.image, block);
        } else if (isFileAwaited(answer.image, block)) {
            log.info("no home yet for block={} reason=the node of the file is lost", block);
            again(block);
        } else if (answer.image.segments().grants().find(block).isEmpty()) {
            log.info("no home for block={} reason=the node of the file is lost", block);
            engine.refused(block);
        } else {
            again(block);
        }
    }

    private static boolean hasHome(ClusterImage image, BlockId block) {
        return image.segments()
                .grants()
                .find(block)
                .map(BlockGrant::home)
                .flatMap(home -> image.nodes().find(home.node()).map(home::isGone))
                .map(gone -> !gone)
                .orElse(false);
    }

    private static boolean isFileAwaited(ClusterImage image, BlockId block) {
        return !hasHome(image, block)
                && image.segments()
                        .known()
                        .find(block.segment())
                        .filter(segment -> FileHome.isAwaited(image, segment))
                        .isPresent();
    }

    private synchronized void again(BlockId block) {
        if (!closed) {
            CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> propose(block));
        }
    }

    private synchronized Opening open(Segment segment) {
        if (closed) {
            return new Opening.Refused(AttachError.EIO);
        }
        var granted = opened.computeIfAbsent(segment.id(), _ -> create(segment));
        granted.memory().grow(segment.sizeBytes());
        return granted;
    }

    private void grow(Segment segment) {
        var granted = opened.get(segment.id());
        if (granted != null) {
            granted.memory().grow(segment.sizeBytes());
        }
    }

    private Opening.Granted create(Segment segment) {
        var memory = NodeMemory.create(segment.name(), segment.sizeBytes());
        return new Opening.Granted(
                segment.id(), memory, engine.open(segment.id(), memory), segment.key());
    }

    private static int pages(Segment segment) {
        return Math.toIntExact(segment.sizeBytes() / PageMemory.PAGE_BYTES);
    }

    /// Lets go of all programs: those that touch a page stand still.
    @Override
    public void close() {
        List<Opening.Granted> memories;
        AttachPort programs;
        synchronized (this) {
            closed = true;
            memories = List.copyOf(opened.values());
            programs = port;
        }
        if (programs != null) {
            programs.close();
        }
        synchronised.close();
        sync.close();
        links.close();
        engine.close();
        files.close();
        memories.forEach(granted -> granted.memory().close());
    }
}
