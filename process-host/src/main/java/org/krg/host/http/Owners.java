// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.server.ServiceRequestContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.krg.host.http.cluster.Targets;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.ProcessId;

/// Whose the things are that paths name.
final class Owners {
    private Owners() {}

    /// {@return the name of the owner of the job, segment, process or checkpoint in the path; empty
    /// when it names none} Throws [org.krg.host.HostFailure] when there is no such thing.
    static String of(ClusterImage image, ServiceRequestContext context) {
        var job = part(context, "job");
        if (job.isPresent()) {
            return Targets.job(image, job.get()).owner().name();
        }
        var segment = part(context, "segment");
        if (segment.isPresent()) {
            return Targets.segment(image, segment.get()).owner().name();
        }
        return part(context, "target")
                .map(target -> Targets.ranks(image, target).getFirst().id())
                .or(() ->
                        part(context, "id").map(id -> Targets.checkpoint(image, id).id().process()))
                .map(process -> owner(image, process))
                .orElse("");
    }

    private static String owner(ClusterImage image, ProcessId process) {
        return image.jobs().require(Targets.process(image, process).job()).owner().name();
    }

    /// {@return the part of the path that the route calls `name`}
    static String require(ServiceRequestContext context, String name) {
        return part(context, name).orElseThrow(() -> new InvariantBroken("the path has a " + name));
    }

    private static Optional<String> part(ServiceRequestContext context, String name) {
        return Optional.ofNullable(context.pathParam(name))
                .map(value -> URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
}
