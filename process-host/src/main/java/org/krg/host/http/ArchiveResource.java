// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.io.InputStream;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Caller;
import org.krg.host.http.body.StatusFailure;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.NodeId;

/// Checkpoints as archives.
final class ArchiveResource {
    /// Archives that come in at one time, at most: each has a file of its own until it is checked.
    private static final int MOST_INCOMING = 2;

    private static final int TOO_MANY = 429;

    private final NodeId self;
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final CopyHolders holders;
    private final Adoption adoption;
    private final Semaphore incoming = new Semaphore(MOST_INCOMING);

    ArchiveResource(
            NodeId self,
            ApiParts parts,
            Replica replica,
            Changes changes,
            CopyHolders holders,
            Adoption adoption) {
        this.self = self;
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.holders = holders;
        this.adoption = adoption;
    }

    /// Sends one, by a node that has a copy. The copy is read whole before, and put right: what is
    /// damaged for good is told instead of half an archive. What is encrypted here is not in an
    /// archive: whoever wants one says so.
    HttpResponse export(Call call) {
        var image = replica.read(call.isStale());
        var generation = Targets.checkpoint(image, call.path("id"));
        requireAlone(image, generation);
        requireWhole(image, generation);
        var decrypts = call.flag("decrypt");
        return holders.perform(call, image, generation, () -> export(generation, decrypts));
    }

    private HttpResponse export(Generation generation, boolean decrypts) {
        if (!decrypts && !parts.local().report().checkpointKey().isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "checkpoint %s is encrypted where node %s keeps it, and an archive is not"
                            .formatted(generation.id(), self),
                    "say --decrypt, and keep the archive where nobody else reads it");
        }
        parts.local().verify(generation.id());
        return ByteStream.of(out -> parts.local().export(generation.id(), out));
    }

    /// What of a program whose memory is still at the source of its move means nothing elsewhere.
    static void requireWhole(ClusterImage image, Generation generation) {
        if (image.isPartial(generation.id())) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "checkpoint "
                            + generation.id()
                            + " is without memory, which follows its program's move",
                    "use an older one, or wait for the end of the move");
        }
    }

    /// What a rank has of a parallel program means nothing without the others.
    static void requireAlone(ClusterImage image, Generation generation) {
        var process = image.processes().require(generation.id().process());
        if (image.jobs().require(process.job()).spec().isParallel()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "checkpoint %s is one rank's of a parallel job, and means nothing without the others"
                            .formatted(generation.id()),
                    "`krg-admin checkpoint restore` without a name takes the job back in this cluster");
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
        var wish =
                new Adoption.Wish(
                        query.find("name"),
                        !query.find("restore").equals(Optional.of("false")),
                        false,
                        List.of());
        try (var archive = parts.local().open(body, authority(query, caller))) {
            return adoption.take(archive, wish, caller, key);
        }
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
}
