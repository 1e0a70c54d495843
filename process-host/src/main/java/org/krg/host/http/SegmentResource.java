// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Instant;
import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Caller;
import org.krg.host.http.body.SegmentBody;
import org.krg.host.http.body.StatusFailure;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.AttachedView;
import org.krg.host.http.view.Json;
import org.krg.host.http.view.SegmentPagesView;
import org.krg.host.http.view.SegmentView;
import org.krg.state.command.Command;
import org.krg.state.command.Reply;
import org.krg.state.command.SegmentCommand.CreateSegment;
import org.krg.state.command.SegmentCommand.DestroySegment;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.model.Backing;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;
import org.krg.state.model.Segment;
import org.krg.state.model.SegmentId;

/// The segments of shared memory.
final class SegmentResource {
    /// More are not looked at.
    private static final int HOTTEST = 100;

    /// Each waits in a file until it is whole.
    private static final int MOST_INCOMING = 2;

    private static final int TOO_MANY = 429;

    /// Numbers begin at 1.
    private static final SegmentId NONE = new SegmentId(0);

    private final NodeId self;
    private final Replica replica;
    private final Changes changes;
    private final ApiParts parts;
    private final UploadPlaces incoming = new UploadPlaces(MOST_INCOMING);

    SegmentResource(NodeId self, Replica replica, Changes changes, ApiParts parts) {
        this.self = self;
        this.replica = replica;
        this.changes = changes;
        this.parts = parts;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        return Call.several(
                image,
                "segments",
                image.segments().known().values().stream()
                        .map(segment -> SegmentView.of(image, segment))
                        .toList());
    }

    HttpResponse show(Call call) {
        var image = replica.read(call.isStale());
        return Call.one(image, SegmentView.of(image, Targets.segment(image, call.path("segment"))));
    }

    /// What this node itself has and has seen of it.
    HttpResponse pages(Call call) {
        var image = replica.read(call.isStale());
        var segment = Targets.segment(image, call.path("segment"));
        var stats = parts.pages().stats(segment.id(), HOTTEST);
        var tables = parts.pages().tables(segment.id());
        return Call.one(image, SegmentPagesView.of(image, segment, stats, tables));
    }

    /// Which processes of this node have it.
    HttpResponse attached(Call call) {
        var image = replica.read(call.isStale());
        var segment = Targets.segment(image, call.path("segment"));
        var programs = parts.pages().programs(segment.id());
        return Call.one(image, AttachedView.of(image, segment, programs));
    }

    HttpResponse create(Call call) {
        var body = call.body(SegmentBody.class);
        var at = parts.wall().instant();
        var owner = body.ownerName().map(name -> other(call, name)).orElseGet(() -> own(call));
        var create =
                body.path()
                        .map(path -> fileSegment(owner, path, body, at))
                        .orElseGet(() -> body.create(owner, at));
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()), create);
        var image = replica.atLeast(done.revision());
        var segment = Targets.segment(image, Long.toString(done.created()));
        return Call.one(HttpStatus.CREATED, image, SegmentView.of(image, segment));
    }

    private static Identity own(Call call) {
        Accounts.requireOwn(call.caller());
        return call.caller().identity();
    }

    private static Identity other(Call call, String name) {
        if (call.caller().identity().uid() != 0) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "only root may make a segment for another user",
                    "leave the owner out: it is " + call.caller().identity().name() + "'s");
        }
        return Accounts.require(name);
    }

    /// Who may open it from now on.
    HttpResponse access(Call call) {
        var segment = Targets.segment(replica.read(false), call.path("segment"));
        var command = call.body(SegmentBody.class).setMode(segment.id());
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        command);
        var image = replica.atLeast(done.revision());
        var now = Targets.segment(image, Long.toString(segment.id().value()));
        return Call.one(image, SegmentView.of(image, now));
    }

    /// The file is not touched for what the log is going to refuse, unless it knows the request.
    private CreateSegment fileSegment(Identity owner, String path, SegmentBody body, Instant at) {
        var node =
                Optional.ofNullable(body.node())
                        .map(name -> Targets.node(replica.read(false), name).id());
        var size = body.size();
        // Where the file says how large it is, that is one byte at least.
        var wanted = body.of(new Backing(node.orElse(self), path), size.orElse(1L), owner, at);
        if (isRefused(wanted)) {
            return wanted;
        }
        var found =
                parts.contents().prepare(node, path, owner, size.orElse(0L), body.isToBeCreated());
        if (found.sizeBytes() == 0) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "the file %s is empty".formatted(found.file()),
                    "say how large the segment is to be (`--size`); the file becomes so long");
        }
        return body.of(found.file(), size.orElse(found.sizeBytes()), owner, at);
    }

    private boolean isRefused(Command command) {
        return ClusterStateMachine.decide(replica.read(false), command) instanceof Decision.Refuse;
    }

    HttpResponse resize(Call call) {
        var segment = Targets.segment(replica.read(false), call.path("segment"));
        var resize = call.body(SegmentBody.class).resize(segment.id());
        segment.backing()
                .filter(_ -> !isRefused(resize))
                .ifPresent(file ->
                        parts.contents()
                                .prepare(
                                        Optional.of(file.node()),
                                        file.path(),
                                        segment.owner(),
                                        resize.sizeBytes(),
                                        false));
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()), resize);
        var image = replica.atLeast(done.revision());
        var now = Targets.segment(image, Long.toString(segment.id().value()));
        return Call.one(image, SegmentView.of(image, now));
    }

    /// What it holds, from wherever it is.
    HttpResponse dump(Call call) {
        var segment = Targets.segment(replica.read(false), call.path("segment"));
        return ByteStream.of(out -> parts.contents().dump(segment, out));
    }

    /// Stores what comes, once all of it is here.
    HttpResponse load(ServiceRequestContext context, Caller caller, HttpRequest request) {
        var place =
                incoming.take(caller.principal())
                        .orElseThrow(() ->
                                new StatusFailure(
                                        TOO_MANY,
                                        new HostFailure(
                                                HostFailure.Code.FAILED,
                                                "this node loads %d segments at once, one of each user, and has no place left"
                                                        .formatted(MOST_INCOMING),
                                                "try again later, or ask another node")));
        try (place;
                var body = new UploadStream(context, request)) {
            var segment = Targets.segment(replica.read(false), Owners.require(context, "segment"));
            var stored = parts.contents().load(segment, body);
            var image = replica.read(false);
            return Call.one(image, SegmentView.of(image, segment).put("storedPages", stored));
        }
    }

    /// What it holds is in its file, and on the disk, when this answers.
    HttpResponse sync(Call call) {
        var image = replica.read(false);
        var segment = Targets.segment(image, call.path("segment"));
        var written = parts.contents().sync(segment);
        return Call.one(image, SegmentView.of(image, segment).put("writtenPages", written));
    }

    /// Writes a file before, unless it is told not to.
    HttpResponse destroy(Call call) {
        var image = replica.read(false);
        var found = Targets.findSegment(image, call.path("segment"));
        if (found.isEmpty() || call.onlyRepeats()) {
            return destroyed(call);
        }
        var segment = found.get();
        if (segment.backing().isPresent() && !call.flag("discard")) {
            writeBack(segment);
        }
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new DestroySegment(segment.id()));
        return Call.one(replica.atLeast(done.revision()), SegmentView.of(image, segment));
    }

    /// There is none, or another one since. A request that is repeated may have destroyed it, which
    /// the log knows by the request's numbers.
    private HttpResponse destroyed(Call call) {
        var name = call.path("segment");
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        if (changes.propose(key, new DestroySegment(NONE)) instanceof Reply.Accepted(var at, _)) {
            return Call.one(replica.atLeast(at), Json.object().put("name", name));
        }
        throw Targets.noSegment(name);
    }

    private void writeBack(Segment segment) {
        try {
            parts.contents().sync(segment);
        } catch (HostFailure failure) {
            throw new HostFailure(
                    failure.code(),
                    failure.getMessage(),
                    "`krg-admin segment destroy %s --discard` does without; `krg-admin segment dump` takes out what can be had"
                            .formatted(segment.name()),
                    failure);
        }
    }
}
