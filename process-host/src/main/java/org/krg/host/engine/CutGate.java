// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.krg.host.HostFailure;
import org.krg.state.ClusterStore;
import org.krg.state.command.CutCommand.ReportPagesKept;
import org.krg.state.command.CutCommand.ReportStill;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.GroupCut.Held;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;

/// Keeps one rank still until the log says that all ranks of the cut stand still and the pages of
/// their shared memory are kept. Used once, by one thread.
final class CutGate implements Checkpointing.Gate {
    /// How long a rank stands still for others that do not: longer than the leader waits before it
    /// gives the cut up. Going on is always safe: this rank is then not reported as saved.
    static final Duration LIMIT = Duration.ofSeconds(40);

    private final ClusterStore store;
    private final Proposals proposals;
    private final JobId job;
    private final GenerationId generation;
    private final Epoch epoch;
    private final Duration limit;
    private boolean stands;
    private boolean kept;
    private boolean whole;

    /// @param limit [#LIMIT]
    CutGate(
            ClusterStore store,
            Proposals proposals,
            JobId job,
            GenerationId generation,
            Epoch epoch,
            Duration limit) {
        this.store = store;
        this.proposals = proposals;
        this.job = job;
        this.generation = generation;
        this.epoch = epoch;
        this.limit = limit;
    }

    @Override
    public void standsStill(List<Held> held) {
        stands = true;
        // Saving goes on meanwhile; what became of it shows in the state.
        var _ =
                proposals.submit(
                        new ReportStill(generation.process(), epoch, generation.number(), held));
    }

    @Override
    public void keepPages(Checkpointing.Keeper keeper) {
        var still = await(GroupCut::isStill);
        var rank = store.image().processes().require(generation.process()).rank();
        var own = still.map(cut -> cut.keptBy(rank)).orElse(List.of());
        if (!own.isEmpty()) {
            own.forEach(keeper::keep);
            var _ =
                    proposals.submit(
                            new ReportPagesKept(generation.process(), epoch, generation.number()));
        }
        kept = true;
    }

    /// Who could not be saved waits for nobody: the cut is about to be given up.
    @Override
    public void awaitOthers() {
        whole = stands && kept && await(GroupCut::mayGoOn).isPresent();
        stands = false;
    }

    /// {@return the cut when it has come so far; empty if it is over, or takes too long}
    private Optional<GroupCut> await(Predicate<GroupCut> wanted) {
        var decided = new CompletableFuture<Optional<GroupCut>>();
        try (var _ = store.onChange(change -> look(change.after(), wanted, decided))) {
            look(store.image(), wanted, decided);
            return decided.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException late) {
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// Throws unless all ranks stood still at one time, and pages were kept.
    @Override
    public void requireWhole() {
        if (whole) {
            return;
        }
        var known = store.image().jobs().find(job).flatMap(Job::activeCut);
        if (known.filter(this::isThis).filter(GroupCut::isStill).isPresent()) {
            throw givenUp(
                    "the pages of its shared memory were not kept within %d s"
                            .formatted(limit.toSeconds()),
                    "ranks stand still no longer than that: it can be saved when it shares less"
                            + " memory, or the disks of its nodes take it faster");
        }
        throw givenUp(reason().orElse("not all ranks stood still"), "try again");
    }

    private HostFailure givenUp(String why, String remedy) {
        return new HostFailure(
                HostFailure.Code.CONFLICT,
                "checkpoint %s was given up: %s".formatted(generation, why),
                remedy);
    }

    private boolean isThis(GroupCut cut) {
        return cut.number() == generation.number();
    }

    private void look(
            ClusterImage image,
            Predicate<GroupCut> wanted,
            CompletableFuture<Optional<GroupCut>> decided) {
        var cut = image.jobs().find(job).flatMap(Job::activeCut).filter(this::isThis);
        if (cut.isEmpty() || wanted.test(cut.get())) {
            decided.complete(cut);
        }
    }

    private Optional<String> reason() {
        return store.image()
                .jobs()
                .find(job)
                .flatMap(Job::cut)
                .filter(this::isThis)
                .map(GroupCut::state)
                .flatMap(state ->
                        state instanceof GroupCut.State.Abandoned(var why)
                                ? Optional.of(why)
                                : Optional.empty());
    }
}
