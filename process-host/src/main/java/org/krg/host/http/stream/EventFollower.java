// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.EventView;
import org.krg.host.http.view.Json;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.Compacted;
import org.krg.state.event.Recorded;
import org.krg.state.model.Revision;

/// Sends the cluster's events in order and without gaps. Owned by the thread that runs it.
public final class EventFollower {
    /// Events that are read at once.
    private static final int BATCH = 256;

    private final ClusterStore store;
    private final Replica replica;
    private Revision read;
    private Revision seen;
    private int seenOrdinal;

    /// @param after events up to the end of this revision were seen
    public EventFollower(ClusterStore store, Replica replica, Revision after) {
        this.store = store;
        this.replica = replica;
        this.read = after;
        this.seen = after;
        this.seenOrdinal = Integer.MAX_VALUE;
    }

    /// {@return one that goes on behind the event that a client saw last}
    ///
    /// @param lastEventId `REVISION.ORDINAL`
    public static EventFollower behind(ClusterStore store, Replica replica, String lastEventId) {
        var dot = lastEventId.indexOf('.');
        var revision = Long.parseLong(lastEventId.substring(0, dot));
        // The rest of its operation is to come.
        var follower = new EventFollower(store, replica, new Revision(Math.max(0, revision - 1)));
        follower.seen = new Revision(revision);
        follower.seenOrdinal = Integer.parseInt(lastEventId.substring(dot + 1));
        return follower;
    }

    /// Sends until the client goes away or what comes next is no longer kept.
    public void run(SseWriter out) {
        while (out.isOpen()) {
            try {
                var events = store.eventsAfter(read, BATCH);
                events.forEach(event -> send(out, event));
                if (events.isEmpty()) {
                    rest(out);
                }
            } catch (Compacted gap) {
                out.sendTyped(
                        "compacted",
                        Json.object()
                                .put("first", gap.first.value())
                                .put("message", gap.getMessage()));
                return;
            }
        }
    }

    private void send(SseWriter out, Recorded event) {
        read = event.revision();
        var order = event.revision().compareTo(seen);
        if (order > 0 || (order == 0 && event.ordinal() > seenOrdinal)) {
            out.send(
                    event.revision() + "." + event.ordinal(), EventView.of(replica.image(), event));
        }
    }

    private void rest(SseWriter out) {
        var from = read;
        // A heartbeat is due at the same time as this ends.
        var _ = replica.await(image -> image.revision().compareTo(from) > 0, SseWriter.HEARTBEAT);
        out.keepAlive();
    }
}
