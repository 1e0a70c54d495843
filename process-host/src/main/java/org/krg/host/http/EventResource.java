// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import org.krg.host.HostFailure;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.stream.EventFollower;
import org.krg.host.http.stream.Streams;
import org.krg.host.http.view.EventView;
import org.krg.state.ClusterStore;
import org.krg.state.model.Revision;

/// What happened in the cluster.
final class EventResource {
    private static final long USUAL = 100;
    private static final long MOST = 10_000;

    private final ClusterStore store;
    private final Replica replica;
    private final Streams streams;

    EventResource(ClusterStore store, Replica replica, Streams streams) {
        this.store = store;
        this.replica = replica;
        this.streams = streams;
    }

    HttpResponse list(Call call) {
        var after = new Revision(call.number("after", 0, Long.MAX_VALUE));
        var limit = (int) Math.max(1, call.number("limit", USUAL, MOST));
        var image = replica.read(call.isStale());
        var events = store.eventsAfter(after, limit);
        return Call.several(
                image, "events", events.stream().map(event -> EventView.of(image, event)).toList());
    }

    HttpResponse watch(Call call) {
        var last = call.header("last-event-id").filter(id -> !id.isEmpty());
        if (last.filter(id -> !id.matches("[0-9]{1,18}\\.[0-9]{1,9}")).isPresent()) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "Last-Event-ID is REVISION.ORDINAL, not \"" + last.get() + "\"",
                    "send the id of the last event that was received");
        }
        var follower =
                last.map(id -> EventFollower.behind(store, replica, id))
                        .orElseGet(() -> new EventFollower(store, replica, from(call)));
        return streams.open(follower::run);
    }

    private Revision from(Call call) {
        return call.find("after").isPresent()
                ? new Revision(call.number("after", 0, Long.MAX_VALUE))
                : replica.read(call.isStale()).revision();
    }
}
