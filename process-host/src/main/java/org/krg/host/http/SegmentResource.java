// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.time.InstantSource;
import org.krg.host.http.body.SegmentBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.SegmentView;
import org.krg.state.command.SegmentCommand.DestroySegment;

/// The segments of shared memory.
final class SegmentResource {
    private final Replica replica;
    private final Changes changes;
    private final InstantSource wall;

    SegmentResource(Replica replica, Changes changes, InstantSource wall) {
        this.replica = replica;
        this.changes = changes;
        this.wall = wall;
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

    HttpResponse create(Call call) {
        var create = call.body(SegmentBody.class).create(call.caller().identity(), wall.instant());
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()), create);
        var image = replica.atLeast(done.revision());
        var segment = Targets.segment(image, Long.toString(done.created()));
        return Call.one(HttpStatus.CREATED, image, SegmentView.of(image, segment));
    }

    HttpResponse destroy(Call call) {
        var image = replica.read(false);
        var segment = Targets.segment(image, call.path("segment"));
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new DestroySegment(segment.id()));
        return Call.one(replica.atLeast(done.revision()), SegmentView.of(image, segment));
    }
}
