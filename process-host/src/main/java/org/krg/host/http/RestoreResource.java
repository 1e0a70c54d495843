// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import java.util.Optional;
import org.krg.host.http.body.RestoreBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.ProcessView;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.model.Generation;

/// Brings programs back from checkpoints of this cluster: in the place of what the process is now,
/// or as another job beside it.
final class RestoreResource {
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final CopyHolders holders;
    private final Adoption adoption;

    RestoreResource(
            ApiParts parts,
            Replica replica,
            Changes changes,
            CopyHolders holders,
            Adoption adoption) {
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.holders = holders;
        this.adoption = adoption;
    }

    HttpResponse restore(Call call) {
        var body = call.body(RestoreBody.class);
        var name = body.findName();
        return name.isPresent() ? beside(call, name.get(), body.isFrozen()) : back(call, body);
    }

    private HttpResponse back(Call call, RestoreBody body) {
        var id = Targets.checkpoint(replica.read(false), call.path("id")).id();
        var at = parts.wall().instant();
        var done =
                changes.submit(
                        key(call), new RestoreFrom(id.process(), id.number(), at, body.isFrozen()));
        var image = replica.atLeast(done.revision());
        return Call.one(image, ProcessView.of(image, Targets.process(image, id.process())));
    }

    /// Done by a node that has a copy.
    private HttpResponse beside(Call call, String name, boolean frozen) {
        var image = replica.read(false);
        var generation = Targets.checkpoint(image, call.path("id"));
        ArchiveResource.requireAlone(image, generation);
        var wish = new Adoption.Wish(Optional.of(name), true, frozen);
        return holders.perform(call, image, generation, () -> take(call, generation, wish));
    }

    private HttpResponse take(Call call, Generation generation, Adoption.Wish wish) {
        try (var incoming = parts.local().duplicate(generation.id())) {
            return adoption.take(incoming, wish, call.caller(), key(call));
        }
    }

    private Changes.Key key(Call call) {
        return changes.key(call.header("krg-request"), call.caller().principal());
    }
}
