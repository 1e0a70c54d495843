// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import java.time.Duration;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.ProcessView;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// The processes, as far as the agreed state tells of them.
final class ProcessResource {
    private static final long USUAL_WAIT_SECONDS = 60;
    private static final long MOST_WAIT_SECONDS = 300;

    private final Replica replica;

    ProcessResource(Replica replica) {
        this.replica = replica;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        return Call.several(image, "processes", ProcessView.all(image));
    }

    HttpResponse show(Call call) {
        var image = replica.read(call.isStale());
        return show(image, Targets.process(image, call.path("target")).id());
    }

    /// The process once it has ended, or as it is when the time is over or the client went away.
    HttpResponse await(Call call) {
        var limit =
                Duration.ofSeconds(
                        call.number("timeoutSeconds", USUAL_WAIT_SECONDS, MOST_WAIT_SECONDS));
        var image = replica.read(call.isStale());
        var id = Targets.process(image, call.path("target")).id();
        var over = replica.await(now -> isOver(now, id) || call.context().isCancelled(), limit);
        return show(over.orElseGet(replica::image), id);
    }

    private static HttpResponse show(ClusterImage image, ProcessId id) {
        return Call.one(image, ProcessView.of(image, Targets.process(image, id)));
    }

    private static boolean isOver(ClusterImage image, ProcessId id) {
        return image.processes()
                .find(id)
                .filter(process -> !(process.phase() instanceof Phase.Ended))
                .isEmpty();
    }
}
