// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.krg.host.HostFailure;
import org.krg.host.core.CutTimes;
import org.krg.host.core.Retention;
import org.krg.host.http.body.CheckpointBody;
import org.krg.host.http.body.EmptyBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.CheckpointQuotaView;
import org.krg.host.http.view.CheckpointView;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.ProcessView;
import org.krg.state.command.CutCommand.BeginCut;
import org.krg.state.command.GenerationCommand.DropGeneration;
import org.krg.state.core.CheckpointQuota;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.GroupCut;
import org.krg.state.model.Job;
import org.krg.state.model.JobId;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;

/// The checkpoints.
final class CheckpointResource {
    /// Longer than the leader lets one take.
    private static final Duration CUT_LIMIT =
            CutTimes.STANDING.plus(CutTimes.SAVING).plus(Replica.CATCH_UP);

    private final NodeId self;
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final Peers peers;
    private final CopyHolders holders;

    CheckpointResource(
            NodeId self,
            ApiParts parts,
            Replica replica,
            Changes changes,
            Peers peers,
            CopyHolders holders) {
        this.self = self;
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.peers = peers;
        this.holders = holders;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        List<Generation> shown =
                call.find("target")
                        .map(target -> generations(image, target))
                        .orElseGet(image.generations()::values);
        if (call.flag("surplus")) {
            var surplus = surplus(image);
            shown = shown.stream().filter(it -> surplus.contains(it.id())).toList();
        }
        var reply = Json.object();
        reply.set(
                "checkpoints",
                Json.list(shown.stream().map(it -> CheckpointView.of(image, it)).toList()));
        call.find("target")
                .map(target -> Targets.ranks(image, target).getFirst().job())
                .map(job -> image.jobs().require(job))
                .ifPresent(job ->
                        reply.put("usedBytes", CheckpointQuota.use(image, job))
                                .put("quotaBytes", job.spec().checkpoint().quotaBytes())
                                .set("owner", CheckpointQuotaView.of(image, job.owner().name())));
        call.find("target")
                .flatMap(target ->
                        ProcessView.interval(image, Targets.ranks(image, target).getFirst()))
                .ifPresent(interval -> reply.set("interval", interval));
        return Call.one(image, reply);
    }

    /// What is kept by no job's retention; what all ranks have of one number stays with that of the
    /// first.
    private Set<GenerationId> surplus(ClusterImage image) {
        var now = parts.wall().instant();
        return image.jobs().values().stream()
                .map(job -> image.processesOf(job.id()))
                .flatMap(ranks ->
                        Retention.surplus(image, ranks.getFirst(), now).stream()
                                .flatMap(id ->
                                        ranks.stream()
                                                .map(rank ->
                                                        new GenerationId(rank.id(), id.number()))))
                .collect(Collectors.toSet());
    }

    /// Of all ranks where only their job is named.
    private static List<Generation> generations(ClusterImage image, String target) {
        return Targets.ranks(image, target).stream()
                .flatMap(rank -> image.generationsOf(rank.id()).stream())
                .toList();
    }

    HttpResponse show(Call call) {
        var image = replica.read(call.isStale());
        return Call.one(
                image, CheckpointView.of(image, Targets.checkpoint(image, call.path("id"))));
    }

    /// Takes one; the node that hosts the process does.
    HttpResponse create(Call call) {
        var pinned = call.body(CheckpointBody.class).isPinned();
        var image = replica.read(false);
        var process = Targets.ranks(image, call.path("target")).getFirst();
        var job = image.jobs().require(process.job());
        if (job.spec().isParallel()) {
            return createCut(call, job, process.id(), pinned);
        }
        var host = Targets.host(image, process);
        if (!host.equals(self)) {
            return peers.pass(
                    Targets.node(image, host.name()),
                    call.caller(),
                    call.request(),
                    Failures::response);
        }
        var taken = parts.local().checkpoint(process.id(), pinned).join();
        var now =
                replica.await(
                                later -> later.generations().find(taken.id()).isPresent(),
                                Replica.CATCH_UP)
                        .orElseGet(replica::image);
        return Call.one(HttpStatus.CREATED, now, CheckpointView.of(now, taken));
    }

    /// Takes one of all ranks as one; the hosts of the ranks do.
    private HttpResponse createCut(Call call, Job job, ProcessId rank, boolean pinned) {
        var command = new BeginCut(job.id(), pinned, parts.wall().instant());
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        var begun = changes.submit(key, command);
        var number = begun.created();
        // Before that no cut is what a cut that is over looks like.
        var _ = replica.atLeast(begun.revision());
        var id = new GenerationId(rank, number);
        var now =
                replica.await(later -> isOver(later, job.id(), number), CUT_LIMIT)
                        .orElseGet(replica::image);
        var taken = now.generations().find(id);
        if (taken.isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "checkpoint %d of job %s was given up, all ranks go on: %s"
                            .formatted(number, job.name(), reason(now, job.id(), number)),
                    "`krg-admin proc check %s/RANK` names what is in the way of a rank"
                            .formatted(job.name()));
        }
        var view = CheckpointView.of(now, taken.get());
        var ranks = view.putArray("ranks");
        now.processesOf(job.id()).stream()
                .map(each -> new GenerationId(each.id(), number).toString())
                .forEach(ranks::add);
        return Call.one(HttpStatus.CREATED, now, view);
    }

    private static boolean isOver(ClusterImage image, JobId job, long number) {
        return image.jobs()
                .find(job)
                .flatMap(Job::cut)
                .filter(cut ->
                        (cut.number() == number && cut.isUnderWay()) || cut.number() < number)
                .isEmpty();
    }

    private static String reason(ClusterImage image, JobId job, long number) {
        return image.jobs()
                .find(job)
                .flatMap(Job::cut)
                .filter(cut -> cut.number() == number)
                .map(GroupCut::state)
                .map(state ->
                        state instanceof GroupCut.State.Abandoned(var why)
                                ? why
                                : "it takes too long")
                .orElse("another one was begun since");
    }

    /// What is in one, told by a node that has a copy.
    HttpResponse manifest(Call call) {
        var image = replica.read(call.isStale());
        var generation = Targets.checkpoint(image, call.path("id"));
        return holders.perform(
                call,
                image,
                generation,
                () ->
                        Call.one(
                                image,
                                CheckpointView.of(
                                        Json.object(), parts.local().inspect(generation.id()))));
    }

    /// Reads every byte of one copy, by the node that has it.
    HttpResponse verify(Call call) {
        var _ = call.body(EmptyBody.class);
        var image = replica.read(false);
        var generation = Targets.checkpoint(image, call.path("id"));
        if (generation.copies().isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.NOT_FOUND,
                    "no node has a copy of checkpoint " + generation.id(),
                    "`krg-admin checkpoint rm %s` removes what is known of it"
                            .formatted(generation.id()));
        }
        var name = call.find("node").orElseGet(() -> generation.copies().getFirst().name());
        var node = Targets.node(image, name);
        if (!generation.copies().contains(node.id())) {
            throw new HostFailure(
                    HostFailure.Code.NOT_FOUND,
                    "node " + name + " has no copy of checkpoint " + generation.id(),
                    "copies are on " + generation.copies());
        }
        if (node.id().equals(self)) {
            return Call.one(image, verified(generation));
        }
        if (node.state() != Node.State.READY) {
            var view = CheckpointView.copy(generation.id(), node.id(), "unreachable");
            return Call.one(image, view.put("problem", "the node is lost since " + node.since()));
        }
        return peers.pass(node, call.caller(), call.request(), Failures::response);
    }

    private ObjectNode verified(Generation generation) {
        try {
            var found = parts.local().verify(generation.id());
            return CheckpointView.copy(generation.id(), self, "good")
                    .put("chunks", found.chunks())
                    .put("repaired", found.repaired());
        } catch (HostFailure failure) {
            if (failure.code() != HostFailure.Code.CORRUPT) {
                throw failure;
            }
            return CheckpointView.copy(generation.id(), self, "damaged")
                    .put("problem", failure.getMessage());
        }
    }

    /// What one has that another one of the same process has not, told by a node that has both.
    HttpResponse diff(Call call) {
        var image = replica.read(call.isStale());
        var from = Targets.checkpoint(image, call.path("id"));
        var to =
                Targets.checkpoint(
                        image,
                        call.find("to")
                                .orElseThrow(() ->
                                        new HostFailure(
                                                HostFailure.Code.USAGE,
                                                "`to` is missing",
                                                "name the other checkpoint")));
        // Also because the caller was found to be the owner of the one only.
        if (!from.id().process().equals(to.id().process())) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "checkpoints %s and %s are of two processes".formatted(from.id(), to.id()),
                    "compare those of one process");
        }
        var both = from.copies().stream().filter(to.copies()::contains).toList();
        if (both.contains(self)) {
            return Call.one(image, CheckpointView.of(parts.local().diff(from.id(), to.id())));
        }
        var node =
                both.stream()
                        .flatMap(id -> image.nodes().find(id).stream())
                        .filter(it -> it.state() == Node.State.READY)
                        .findFirst()
                        .orElseThrow(() ->
                                new HostFailure(
                                        HostFailure.Code.CONFLICT,
                                        "no node has a copy of both: %s is on %s, %s on %s"
                                                .formatted(
                                                        from.id(),
                                                        from.copies(),
                                                        to.id(),
                                                        to.copies()),
                                        "compare two whose copies are on one node"));
        return peers.pass(node, call.caller(), call.request(), Failures::response);
    }

    /// Also one that is not there is the log's to refuse: a request that is repeated may have
    /// removed it.
    HttpResponse delete(Call call) {
        var id = Targets.checkpointId(call.path("id"));
        var image = replica.read(false);
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new DropGeneration(id));
        var view =
                image.generations()
                        .find(id)
                        .map(generation -> CheckpointView.of(image, generation))
                        .orElseGet(() -> Json.object().put("id", id.toString()));
        return Call.one(replica.atLeast(done.revision()), view);
    }
}
