// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import org.krg.host.http.body.RestoreBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.ProcessView;
import org.krg.state.command.ProcessCommand.RestoreFrom;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;

/// Brings programs back from checkpoints of this cluster: in the place of what the process is now,
/// or as another job beside it.
final class RestoreResource {
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final CopyHolders holders;
    private final Adoption adoption;
    private final SubstituteSurvey survey;

    RestoreResource(
            ApiParts parts,
            Replica replica,
            Changes changes,
            CopyHolders holders,
            Adoption adoption,
            SubstituteSurvey survey) {
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.holders = holders;
        this.adoption = adoption;
        this.survey = survey;
    }

    HttpResponse restore(Call call) {
        var body = call.body(RestoreBody.class);
        var image = replica.read(false);
        var generation = Targets.checkpoint(image, call.path("id"));
        // Whoever passed it on has looked.
        if (!body.others().isEmpty() && !call.caller().forwarded()) {
            ArchiveResource.requireAlone(image, generation);
            survey.require(
                    call.caller(), image, generation, body.others(), body.findName().isPresent());
        }
        return body.findName().isPresent()
                ? beside(call, image, generation, body)
                : back(call, generation.id(), body);
    }

    private HttpResponse back(Call call, GenerationId id, RestoreBody body) {
        var command =
                new RestoreFrom(
                        id.process(),
                        id.number(),
                        parts.wall().instant(),
                        body.isFrozen(),
                        body.others());
        var done = changes.submit(key(call), command);
        var image = replica.atLeast(done.revision());
        return Call.one(image, ProcessView.of(image, Targets.process(image, id.process())));
    }

    /// Done by a node that has a copy.
    private HttpResponse beside(
            Call call, ClusterImage image, Generation generation, RestoreBody body) {
        ArchiveResource.requireAlone(image, generation);
        ArchiveResource.requireWhole(image, generation);
        var wish = new Adoption.Wish(body.findName(), true, body.isFrozen(), body.others());
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
