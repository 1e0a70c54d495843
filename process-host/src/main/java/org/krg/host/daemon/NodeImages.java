// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.DamageListener;
import org.krg.checkpoint.engine.Baselines;
import org.krg.checkpoint.engine.CheckpointEngine;
import org.krg.checkpoint.engine.Dumper;
import org.krg.checkpoint.engine.Staging;
import org.krg.checkpoint.files.FileChunkStore;
import org.krg.checkpoint.linux.ProcCellFiles;
import org.krg.checkpoint.netty.ChunkService;
import org.krg.checkpoint.netty.NettyCopies;
import org.krg.checkpoint.zstd.ZstdStreams;
import org.krg.host.AgentSettings;
import org.krg.host.netty.PeerPort;
import org.krg.host.tls.NodeSeal;
import org.krg.host.tls.NodeTls;
import org.krg.state.model.Engine;
import org.krg.state.model.NodeId;

/// The images of programs that a node keeps: its directory of them, and what reads and writes
/// there.
final class NodeImages {
    private final CheckpointConfig config;
    private final FileChunkStore chunks;
    private final Baselines baselines;
    private final Staging staging;

    NodeImages(AgentSettings settings, Path data) throws IOException {
        var images = data.resolve("images");
        Files.createDirectories(
                images,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        config =
                CheckpointConfig.defaults(images, settings.home().resolve("target/native"))
                        .withCriu(List.of(CriuProgram.find(settings.criu())));
        chunks = FileChunkStore.open(config.images(), config.compressionLevel());
        baselines = new Baselines(config.images(), InstantSource.system());
        staging = new Staging(chunks, baselines);
    }

    CheckpointConfig config() {
        return config;
    }

    /// {@return what answers another node that has or wants chunks}
    ChunkService service() {
        return new ChunkService(chunks, staging, config);
    }

    /// {@return what takes and restores images here, after what was left half was removed}
    CheckpointEngine engine(
            NodeId self,
            Map<Engine, Dumper> dumpers,
            PeerPort port,
            NodeTls tls,
            DamageListener damage) {
        var copies = new NettyCopies(node -> port.open(node, ChunkService.NAME), chunks, config);
        var engine =
                new CheckpointEngine(
                        config,
                        self,
                        dumpers,
                        new CheckpointEngine.Parts(
                                chunks,
                                new ProcCellFiles(),
                                copies,
                                baselines,
                                new NodeSeal(tls),
                                new ZstdStreams(config.compressionLevel())),
                        damage,
                        InstantSource.system());
        engine.clean();
        return engine;
    }
}
