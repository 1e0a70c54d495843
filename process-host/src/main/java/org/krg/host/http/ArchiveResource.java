// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.InputStream;
import java.util.Base64;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Caller;
import org.krg.host.http.body.StatusFailure;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.CheckpointView;
import org.krg.state.command.JobCommand.AdmitJob;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.Identity;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;

/// Checkpoints as archives.
final class ArchiveResource {
    /// Archives that come in at one time, at most: each has a file of its own until it is checked.
    private static final int MOST_INCOMING = 2;

    private static final int TOO_MANY = 429;

    private final NodeId self;
    private final UUID cluster;
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final Peers peers;
    private final Reception reception;
    private final Semaphore incoming = new Semaphore(MOST_INCOMING);

    ArchiveResource(
            ApiConfig config,
            ApiParts parts,
            Replica replica,
            Changes changes,
            Peers peers,
            Reception reception) {
        this.self = config.node();
        this.cluster = config.cluster();
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.peers = peers;
        this.reception = reception;
    }

    /// Sends one, by a node that has a copy. The copy is read whole before, and put right: what is
    /// damaged for good is told instead of half an archive.
    HttpResponse export(Call call) {
        var image = replica.read(call.isStale());
        var generation = Targets.checkpoint(image, call.path("id"));
        requireAlone(image, generation);
        if (!generation.copies().contains(self)) {
            return peers.pass(
                    CheckpointResource.holder(image, generation),
                    call.caller(),
                    call.request(),
                    Failures::response);
        }
        parts.local().verify(generation.id());
        return ByteStream.of(out -> parts.local().export(generation.id(), out));
    }

    /// What a rank has of a parallel program means nothing without the others.
    private static void requireAlone(ClusterImage image, Generation generation) {
        var process = image.processes().require(generation.id().process());
        if (image.jobs().require(process.job()).spec().isParallel()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "checkpoint %s is one rank's of a parallel job, and no archive holds several"
                            .formatted(generation.id()),
                    "`krg-admin checkpoint restore` takes the job back in this cluster");
        }
    }

    /// Takes one in as a new job: under its name there, or another one. It goes on from there at
    /// once, or, with `restore=false`, when it is restored.
    HttpResponse take(ServiceRequestContext context, Caller caller, HttpRequest request) {
        if (!incoming.tryAcquire()) {
            throw new StatusFailure(
                    TOO_MANY,
                    new HostFailure(
                            HostFailure.Code.FAILED,
                            MOST_INCOMING + " archives come in at node " + self + " already",
                            "try again when they are in, or ask another node"));
        }
        try (var body = new UploadStream(context, request)) {
            return take(new Query(context), caller, request, body);
        } finally {
            incoming.release();
        }
    }

    private record Query(ServiceRequestContext context) {
        Optional<String> find(String name) {
            return Optional.ofNullable(context.queryParam(name));
        }
    }

    private HttpResponse take(Query query, Caller caller, HttpRequest request, InputStream body) {
        var key =
                changes.key(
                        Optional.ofNullable(request.headers().get("krg-request")),
                        caller.principal());
        try (var archive = parts.local().open(body, authority(query, caller))) {
            var spec = spec(archive.head());
            requireOwn(archive.head(), caller);
            reception.requireWelcome(spec, caller);
            archive.receive();
            var admit =
                    new AdmitJob(
                            query.find("name").orElse(archive.head().job()),
                            spec,
                            caller.identity(),
                            archive.head().address(),
                            parts.wall().instant());
            var admitted = changes.submit(key, admit);
            var job = new JobId(admitted.created());
            var process = replica.atLeast(admitted.revision()).processesOf(job).getFirst().id();
            var generation = archive.commit(process);
            if (!query.find("restore").equals(Optional.of("false"))) {
                changes.submitInstead(
                        key,
                        new RestoreFrom(process, generation.id().number(), parts.wall().instant()));
            }
            var now = replica.read(false);
            return Call.one(HttpStatus.CREATED, now, CheckpointView.of(now, generation));
        }
    }

    /// Nodes of another cluster are others: there its program is placed on any.
    private JobSpec spec(ArchiveHead head) {
        return head.cluster().equals(cluster) ? head.spec() : head.spec().onAnyNode();
    }

    private static Optional<byte[]> authority(Query query, Caller caller) {
        var text = query.find("authority");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (caller.identity().uid() != 0) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "only root says which other cluster is believed",
                    "leave --authority out, or have root import it");
        }
        try {
            return Optional.of(Base64.getUrlDecoder().decode(text.get()));
        } catch (IllegalArgumentException malformed) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "authority is a certificate, DER in base64url: " + malformed.getMessage(),
                    "");
        }
    }

    /// To bring a program back is to run what is in the archive as the user it says.
    private static void requireOwn(ArchiveHead head, Caller caller) {
        var who = caller.identity();
        if (who.uid() != 0 && !isWithin(head.spec().runAs(), who)) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "the program in the archive runs as user %s (uid %d, gid %d), not as %s"
                            .formatted(
                                    head.spec().runAs().name(),
                                    head.spec().runAs().uid(),
                                    head.spec().runAs().gid(),
                                    who.name()),
                    "its user, with the same uid and groups, or root may import it");
        }
    }

    private static boolean isWithin(Identity program, Identity who) {
        var groups = new TreeSet<>(who.groups());
        groups.add(who.gid());
        return program.uid() == who.uid()
                && groups.contains(program.gid())
                && groups.containsAll(program.groups());
    }
}
