// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.krg.checkpoint.FollowingMemory;
import org.krg.checkpoint.Pace;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.Scanned;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.Verified;
import org.krg.host.GenerationContents;
import org.krg.host.HostFailure;
import org.krg.host.core.Afterwards;
import org.krg.host.core.Images;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.model.CellId;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Identity;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.Substitute;

/// Checkpoints that are only remembered.
final class FakeCheckpointing implements Checkpointing {
    private final FakeMachine machine;
    private final List<StoredManifest> stored = new CopyOnWriteArrayList<>();
    private volatile Optional<HostFailure> failure = Optional.empty();
    private volatile Runnable keeping = () -> {};

    final List<GenerationId> scanned = new CopyOnWriteArrayList<>();

    /// Copies here that are not whole.
    final Set<GenerationId> damaged = new ConcurrentSkipListSet<>();

    /// Of which no copy is whole.
    final Set<GenerationId> lost = new ConcurrentSkipListSet<>();

    /// Of which no copy can be reached.
    final Set<GenerationId> away = new ConcurrentSkipListSet<>();

    /// Of ranks, which are stored when `storing` is done.
    final List<GenerationId> saved = new CopyOnWriteArrayList<>();

    volatile CompletableFuture<?> storing = CompletableFuture.completedFuture(null);

    /// Of moves, whose programs stand still.
    final List<GenerationId> held = new CopyOnWriteArrayList<>();

    /// What is held is copied when this is done.
    volatile CompletableFuture<?> copying = CompletableFuture.completedFuture(null);

    final List<GenerationId> verified = new CopyOnWriteArrayList<>();

    FakeCheckpointing(FakeMachine machine) {
        this.machine = machine;
    }

    void fail(HostFailure with) {
        failure = Optional.of(with);
    }

    /// Has something happen whenever what arrived is kept, before it counts as kept or fails.
    void onKeep(Runnable happening) {
        keeping = happening;
    }

    void store(GenerationId generation) {
        stored.add(new StoredManifest(generation, Images.DIGEST));
    }

    @Override
    public Taken take(Order order, Progress progress) {
        if (failure.isPresent()) {
            throw failure.get();
        }
        stored.add(new StoredManifest(order.generation(), Images.DIGEST));
        var generation =
                new Generation(
                        order.generation(),
                        new Epoch(order.cell().epoch()),
                        Images.DIGEST,
                        List.of(Images.HERE),
                        1,
                        1,
                        Duration.ZERO,
                        Images.NOW,
                        0,
                        order.pinned());
        return new Taken(generation, 1, 100, Images.NOW);
    }

    @Override
    public Taken takeInCut(Order order, Gate gate, Progress progress) {
        machine.put(order.cell(), new State.Alive(true));
        gate.standsStill(List.of());
        try {
            if (failure.isPresent()) {
                throw failure.get();
            }
            gate.keepPages(_ -> {});
        } finally {
            gate.awaitOthers();
            machine.put(order.cell(), new State.Alive(false));
        }
        gate.requireWhole();
        saved.add(order.generation());
        storing.join();
        return take(order, progress);
    }

    @Override
    public Taken takeAndHold(Order order, Progress progress) {
        machine.put(order.cell(), new State.Alive(true));
        held.add(order.generation());
        copying.join();
        progress.sent(10, 100);
        var taken = take(order, progress);
        var copies = List.of(Images.HERE, order.target().orElseThrow());
        return new Taken(taken.generation().withCopies(copies), 2, 10, Images.NOW);
    }

    @Override
    public Survey survey(CellId cell, JobSpec spec) {
        return new Survey(List.of(), List.of(), List.of(), List.of(), List.of(), 1, List.of(), 1);
    }

    @Override
    public long freeBytes() {
        return 1 << 30;
    }

    @Override
    public void restore(
            CellId cell,
            JobSpec spec,
            Generation generation,
            Afterwards afterwards,
            Duration until) {
        if (failure.isPresent()) {
            throw failure.get();
        }
        machine.put(cell, new State.Alive(afterwards != Afterwards.GOES_ON));
    }

    @Override
    public FollowingMemory restoreFollowed(
            CellId cell, JobSpec spec, Generation generation, Migration migration, Duration until) {
        restore(cell, spec, generation, Afterwards.ARRIVES, until);
        return new FollowingMemory() {
            @Override
            public CompletableFuture<Long> done() {
                return CompletableFuture.completedFuture(1L << 20);
            }

            @Override
            public long sentBytes() {
                return 1 << 20;
            }

            @Override
            public long wholeBytes() {
                return 1 << 20;
            }

            @Override
            public void giveUp() {}
        };
    }

    @Override
    public boolean isMemoryHere(CellId cell) {
        return true;
    }

    @Override
    public List<StoredManifest> stored() {
        return List.copyOf(stored);
    }

    @Override
    public void forget(StoredManifest manifest) {
        stored.removeIf(manifest::equals);
    }

    @Override
    public void sweep() {}

    @Override
    public Verified verify(Generation generation) {
        verified.add(generation.id());
        if (away.contains(generation.id())) {
            throw new HostFailure(HostFailure.Code.NOT_FOUND, "no copy can be reached", "");
        }
        if (lost.contains(generation.id())) {
            throw new HostFailure(HostFailure.Code.CORRUPT, "no copy is good", "");
        }
        return new Verified(1, damaged.contains(generation.id()) ? 1 : 0);
    }

    @Override
    public List<Opening> openings(Generation generation, List<Substitute> substitutes) {
        throw new UnsupportedOperationException("no files are replaced here");
    }

    @Override
    public List<String> unopenable(Identity user, List<Opening> openings) {
        throw new UnsupportedOperationException("no files are replaced here");
    }

    /// Whole unless [#damaged].
    @Override
    public Scanned scan(Generation generation, Pace pace) {
        scanned.add(generation.id());
        return new Scanned(100, damaged.contains(generation.id()) ? "a chunk is damaged" : "");
    }

    @Override
    public GenerationDiff diff(Generation from, Generation to) {
        return new GenerationDiff(from.id(), to.id(), List.of(), 0, 0, 0, 1);
    }

    @Override
    public GenerationContents inspect(Generation generation) {
        return new GenerationContents(generation.id(), "fake", 0, 0, List.of(), List.of());
    }

    @Override
    public void export(Generation generation, ArchiveHead head, OutputStream out) {
        throw new UnsupportedOperationException("no archives here");
    }

    @Override
    public Arrival open(InputStream archive, Optional<byte[]> authority) {
        throw new UnsupportedOperationException("no archives here");
    }

    /// Kept by the node of `head` and by all that a copy may be sent to.
    @Override
    public Arrival duplicate(Generation generation, ArchiveHead head) {
        return new Arrival() {
            @Override
            public ArchiveHead head() {
                return head;
            }

            @Override
            public void receive() {}

            @Override
            public Taken keep(GenerationId id, List<NodeId> ready) {
                stored.add(new StoredManifest(id, Images.DIGEST));
                keeping.run();
                if (failure.isPresent()) {
                    throw failure.get();
                }
                var copies = Stream.concat(Stream.of(head.node()), ready.stream()).toList();
                var kept =
                        new Generation(
                                id,
                                Epoch.ZERO,
                                Images.DIGEST,
                                copies,
                                1,
                                1,
                                Duration.ZERO,
                                Images.NOW,
                                0,
                                true);
                return new Taken(kept, copies.size(), 0, Images.NOW);
            }

            @Override
            public void close() {}
        };
    }
}
