// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.krg.checkpoint.CheckpointConfig;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.Checkpoints;
import org.krg.checkpoint.DamageListener;
import org.krg.checkpoint.KeyUnknown;
import org.krg.checkpoint.MemoryReader;
import org.krg.checkpoint.StoreKey;
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
import org.krg.host.HostFailure;
import org.krg.host.files.CheckpointKeyFile;
import org.krg.host.netty.PeerPort;
import org.krg.host.tls.NodeSeal;
import org.krg.host.tls.NodeTls;
import org.krg.state.model.Engine;
import org.krg.state.model.NodeId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The images of programs that a node keeps: its directory of them, and what reads and writes
/// there.
final class NodeImages {
    private static final Logger log = LoggerFactory.getLogger(NodeImages.class);

    private final CheckpointConfig config;
    private final CheckpointKeyFile keys;
    private final Object renewal = new Object();
    private final FileChunkStore chunks;
    private final Baselines baselines;
    private final Staging staging;

    /// @throws HostFailure NOT_FOUND if a key is lost that something there is encrypted with
    NodeImages(AgentSettings settings, Path data) throws IOException {
        var images = DataDirectory.create(data.resolve("images"));
        config =
                CheckpointConfig.defaults(images, settings.home().resolve("target/native"))
                        .withCriu(List.of(CriuProgram.find(settings.criu())));
        var encryption = settings.encryption();
        keys =
                CheckpointKeyFile.open(
                        encryption.keys().orElse(data.resolve("checkpoint.keys")),
                        encryption.isOn());
        chunks = openChunks();
        keys.requireSealing();
        baselines = new Baselines(config.images(), InstantSource.system());
        staging = new Staging(chunks, baselines);
    }

    private FileChunkStore openChunks() throws IOException {
        try {
            return FileChunkStore.open(config.images(), config.compressionLevel(), keys);
        } catch (KeyUnknown lost) {
            throw new HostFailure(
                    HostFailure.Code.NOT_FOUND,
                    "%s is encrypted with key %s, and that is not in %s"
                            .formatted(lost.file(), lost.key(), keys.path()),
                    "put the file of keys back; if it is lost, so are the checkpoints on this disk: move %s away, and the node fetches what other nodes have copies of"
                            .formatted(config.images()),
                    lost);
        }
    }

    /// {@return the number of the key that what is taken now is encrypted with; empty: it is not}
    String key() {
        return keys.sealing().map(StoreKey::name).orElse("");
    }

    /// Makes another key and, by `executor`, has everything encrypted with it.
    ///
    /// @return its number
    String rekey(Checkpoints checkpoints, Executor executor) {
        var made = keys.add();
        log.info("checkpoints are encrypted with another key key={}", made);
        executor.execute(() -> renew(checkpoints));
        return made;
    }

    /// Encrypts what is here as what is taken now is, or has it in the clear again.
    void renew(Checkpoints checkpoints) {
        try {
            synchronized (renewal) {
                var present = key();
                if (checkpoints.outdatedBytes() == 0 && !keys.hasOlder()) {
                    return;
                }
                var left = checkpoints.renew();
                if (left == 0 && !present.isEmpty()) {
                    keys.keepOnly(present);
                }
                log.info("checkpoints are kept under key={} leftBytes={}", present, left);
            }
        } catch (CheckpointFailed | HostFailure failure) {
            log.warn("checkpoints are not kept as new ones are", failure);
        }
    }

    /// {@return what is to be told of how checkpoints are kept}
    List<String> notes(Checkpoints checkpoints) {
        var bytes = checkpoints.outdatedBytes();
        return bytes == 0
                ? List.of()
                : List.of(
                        "%d KiB of checkpoints are not kept as new ones are yet (encrypted, under the present key); if it stays so, checkpoint verify tells what is damaged"
                                .formatted(Math.ceilDiv(bytes, 1024)));
    }

    CheckpointConfig config() {
        return config;
    }

    /// {@return what answers another node that has or wants chunks}
    ///
    /// @param memory of programs that leave this node
    ChunkService service(MemoryReader memory) {
        return new ChunkService(chunks, staging, memory, config);
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
