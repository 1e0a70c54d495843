// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.krg.pages.engine.PageEngine;
import org.krg.pages.engine.PageEngineConfig;
import org.krg.pages.engine.SyncEngine;
import org.krg.pages.memory.AttachPort;
import org.krg.pages.memory.NodeMemory;
import org.krg.pages.memory.ProgramCheckpoints;
import org.krg.pages.memory.SegmentDoor.Opening;
import org.krg.pages.net.LinkConfig;
import org.krg.pages.net.PageLinks;
import org.krg.pages.net.PagePort;
import org.krg.state.model.BlockId;
import org.krg.state.model.HostPort;
import org.krg.state.model.Member;
import org.krg.state.model.NodeId;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.SegmentId;

/// One of the nodes of a measurement, with one segment.
final class BenchNode implements AutoCloseable {
    private static final UUID CLUSTER = UUID.randomUUID();
    private static final byte[] KEY = key();
    private static final SegmentId SEGMENT = new SegmentId(1);
    private static final long SEGMENT_BYTES = 160 << 20;

    private final Path socket;
    private final PageLinks links;
    private final PageEngine engine;
    private final NodeMemory memory;
    private final SyncEngine sync;
    private final AttachPort door;

    /// What the nodes of a measurement share: who is where, and which block has which home.
    record Shared(Map<NodeId, PageLinks> links, Map<BlockId, Member> homes, ExecutorService news) {}

    BenchNode(String name, Shared shared, Path directory) throws IOException {
        var self = new Member(new NodeId(name), 1);
        links =
                PageLinks.open(
                        new LinkConfig(CLUSTER, self.node(), new HostPort("127.0.0.1", 0), KEY),
                        node -> Optional.of(new PagePort(port(shared, node), KEY)));
        shared.links.put(self.node(), links);
        engine =
                PageEngine.start(
                        PageEngineConfig.of(self),
                        links,
                        block -> grant(block, self, shared),
                        new NoOwnershipLog());
        links.listen(engine);
        memory = NodeMemory.create("bench", SEGMENT_BYTES);
        var faults = engine.open(SEGMENT, memory);
        socket = directory.resolve(name + ".sock");
        sync = new SyncEngine(self, new NoSyncLog());
        door =
                AttachPort.open(
                        socket,
                        (_, _) -> new Opening.Granted(SEGMENT, memory, faults),
                        sync,
                        ProgramCheckpoints.NONE);
    }

    private static HostPort port(Shared shared, NodeId node) {
        var links = shared.links.get(node);
        return links == null ? new HostPort("127.0.0.1", 1) : links.address();
    }

    /// Who asks first is the home.
    private void grant(BlockId block, Member self, Shared shared) {
        var known = shared.homes.putIfAbsent(block, self);
        var home = known == null ? self : known;
        shared.news.execute(() -> engine.granted(block, home, 1, OwnershipMode.ASYNC, List.of()));
    }

    private static byte[] key() {
        var key = new byte[32];
        new SecureRandom().nextBytes(key);
        return key;
    }

    static Map<NodeId, PageLinks> noLinks() {
        return new ConcurrentHashMap<>();
    }

    Path socket() {
        return socket;
    }

    @Override
    public void close() {
        door.close();
        sync.close();
        links.close();
        engine.close();
        memory.close();
    }
}
