// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import com.codahale.metrics.MetricRegistry;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.host.HostFailure;
import org.krg.host.IncomingCheckpoint;
import org.krg.host.core.Retention;
import org.krg.state.ClusterStore;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.StopOrder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Checkpoints out of the cluster and into it. Safe for use from any thread; methods block.
///
/// A request that is repeated makes one process, and may come while the first one is under way,
/// here or at another node. All attempts keep the same under the same number. So what is kept goes
/// only when the log takes it from nobody any more.
public final class ArchiveDesk {
    private static final Logger log = LoggerFactory.getLogger(ArchiveDesk.class);

    private static final int KILL = 9;

    private final UUID cluster;
    private final NodeId self;
    private final ClusterStore store;
    private final Checkpointing checkpoints;
    private final Proposals proposals;
    private final Takes takes;
    private final InstantSource wall;

    /// What becomes the first checkpoint of a process now.
    private final SharedOutcomes<ProcessId, Generation> underWay = new SharedOutcomes<>();

    public ArchiveDesk(
            UUID cluster,
            NodeId self,
            ClusterStore store,
            Checkpointing checkpoints,
            Proposals proposals,
            MetricRegistry metrics,
            InstantSource wall) {
        this.cluster = cluster;
        this.self = self;
        this.store = store;
        this.checkpoints = checkpoints;
        this.proposals = proposals;
        this.takes = new Takes(proposals, metrics);
        this.wall = wall;
    }

    void export(Generation generation, OutputStream out) {
        checkpoints.export(generation, head(generation), out);
        log.info("checkpoint exported checkpoint={}", generation.id());
    }

    IncomingCheckpoint open(InputStream archive, Optional<byte[]> authority) {
        return new Incoming(checkpoints.open(archive, authority));
    }

    IncomingCheckpoint duplicate(Generation generation) {
        return new Incoming(checkpoints.duplicate(generation, head(generation)));
    }

    private ArchiveHead head(Generation generation) {
        var image = store.image();
        var process = image.processes().require(generation.id().process());
        var job = image.jobs().require(process.job());
        return new ArchiveHead(
                cluster,
                self,
                wall.instant(),
                job.name(),
                job.spec(),
                process.address(),
                generation.frozen());
    }

    private final class Incoming implements IncomingCheckpoint {
        private final Checkpointing.Arrival arrival;

        private Incoming(Checkpointing.Arrival arrival) {
            this.arrival = arrival;
        }

        @Override
        public ArchiveHead head() {
            return arrival.head();
        }

        @Override
        public void receive() {
            arrival.receive();
        }

        @Override
        public Generation commit(ProcessId process) {
            var id = new GenerationId(process, 1);
            return underWay.of(process, () -> findCommitted(id).orElseGet(() -> attempt(id)));
        }

        private Generation attempt(GenerationId id) {
            try {
                var taken = arrival.keep(id, others());
                takes.commit(taken);
                log.info(
                        "checkpoint imported checkpoint={} job={} cluster={} copies={}",
                        id,
                        head().job(),
                        head().cluster(),
                        taken.generation().copies());
                return taken.generation();
            } catch (HostFailure failure) {
                giveUp(id);
                return findCommitted(id).orElseThrow(() -> failure);
            }
        }

        @Override
        public void close() {
            arrival.close();
        }
    }

    private Optional<Generation> findCommitted(GenerationId id) {
        return store.read().join().generations().find(id);
    }

    /// Has the log take a generation from nobody any more, unless it has done so already; only then
    /// it goes, elsewhere with what else is no longer agreed.
    private void giveUp(GenerationId id) {
        if (findCommitted(id).isPresent()) {
            return; // And its job may run already.
        }
        var process = store.image().processes().find(id.process());
        if (process.isPresent()) {
            var order = new StopOrder(KILL, Duration.ZERO, wall.instant());
            var _ = proposals.submit(new StopJob(process.get().job(), order)).join();
        }
        var now = store.read().join();
        checkpoints.stored().stream()
                .filter(stored -> stored.id().equals(id))
                .filter(stored -> Retention.isGarbage(now, id, stored.digest()))
                .forEach(checkpoints::forget);
    }

    private List<NodeId> others() {
        return store.image().nodes().values().stream()
                .filter(node -> node.state() == Node.State.READY && !node.id().equals(self))
                .map(Node::id)
                .toList();
    }
}
