// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.krg.host.http.cluster.Targets;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.ProcessId;

/// Whose the things are that paths name, and what they meant when that was decided.
final class Owners {
    /// By number what the name in a path meant when its owner was asked for.
    private static final AttributeKey<Meant> MEANT = AttributeKey.valueOf(Owners.class, "MEANT");

    private record Meant(String part, String number) {}

    private Owners() {}

    /// {@return the name of the owner of the job, segment, process, checkpoint or move in the path;
    /// empty when it names none} From now on [#part] gives that very one, by its number: a name may
    /// belong to somebody else before the request is done, whose body its sender may hold back for
    /// hours. Throws [org.krg.host.HostFailure] when there is no such thing.
    static String of(ClusterImage image, ServiceRequestContext context) {
        var job = part(context, "job");
        if (job.isPresent()) {
            var found = Targets.job(image, job.get());
            context.setAttr(MEANT, new Meant("job", found.id().toString()));
            return found.owner().name();
        }
        var segment = part(context, "segment");
        if (segment.isPresent()) {
            var found = Targets.segment(image, segment.get());
            context.setAttr(MEANT, new Meant("segment", "#" + found.id()));
            return found.owner().name();
        }
        var target = part(context, "target");
        if (target.isPresent()) {
            context.setAttr(MEANT, new Meant("target", Targets.numbered(image, target.get())));
            return owner(image, Targets.ranks(image, target.get()).getFirst().id());
        }
        var operation = part(context, "operation");
        if (operation.isPresent()) {
            return owner(image, Targets.operation(image, operation.get()).route().process());
        }
        return part(context, "id")
                .map(id -> owner(image, Targets.checkpoint(image, id).id().process()))
                .orElse("");
    }

    private static String owner(ClusterImage image, ProcessId process) {
        return image.jobs().require(Targets.process(image, process).job()).owner().name();
    }

    /// {@return the part of the path that the route calls `name`}
    static String require(ServiceRequestContext context, String name) {
        return part(context, name).orElseThrow(() -> new InvariantBroken("the path has a " + name));
    }

    /// {@return the part of the path that the route calls `name`, if it has one}
    private static Optional<String> part(ServiceRequestContext context, String name) {
        var meant = context.attr(MEANT);
        if (meant != null && meant.part().equals(name)) {
            return Optional.of(meant.number());
        }
        return Optional.ofNullable(context.pathParam(name))
                .map(value -> URLDecoder.decode(value.replace("+", "%2B"), StandardCharsets.UTF_8));
    }
}
