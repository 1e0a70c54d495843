// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.function.Function;
import org.krg.host.http.body.StopBody;
import org.krg.host.http.body.SubmissionBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.Explanation;
import org.krg.host.http.view.JobView;
import org.krg.host.http.view.Json;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.model.JobId;
import org.krg.state.model.JobSpec;

/// The jobs.
final class JobResource {
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final Reception reception;

    JobResource(ApiParts parts, Replica replica, Changes changes, Reception reception) {
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.reception = reception;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        return Call.several(image, "jobs", JobView.all(image));
    }

    HttpResponse show(Call call) {
        var image = replica.read(call.isStale());
        return Call.one(image, JobView.of(image, Targets.job(image, call.path("job"))));
    }

    HttpResponse explain(Call call) {
        var image = replica.read(call.isStale());
        var job = Targets.job(image, call.path("job"));
        var view = JobView.of(image, job);
        view.set("explanation", Json.texts(Explanation.of(image, job)));
        return Call.one(image, view);
    }

    HttpResponse submit(Call call) {
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        var wish = reception.receive(call.body(SubmissionBody.class), call.caller());
        Function<String, SubmitJob> named = name -> command(name, wish.spec(), call);
        var done =
                wish.name().isPresent()
                        ? changes.submit(key, named.apply(wish.name().get()))
                        : unnamed(key, wish.freeName(), named);
        var image = replica.atLeast(done.revision());
        var job = Targets.job(image, new JobId(done.created()).toString());
        return Call.one(HttpStatus.CREATED, image, JobView.of(image, job));
    }

    HttpResponse stop(Call call) {
        var order = call.body(StopBody.class).order(parts.wall().instant());
        var job = Targets.job(replica.read(false), call.path("job"));
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new StopJob(job.id(), order));
        var image = replica.atLeast(done.revision());
        return Call.one(image, JobView.of(image, Targets.job(image, job.id().toString())));
    }

    private SubmitJob command(String name, JobSpec spec, Call call) {
        return new SubmitJob(name, spec, call.caller().identity(), parts.wall().instant());
    }

    /// The name was free a moment ago. Whoever took it meanwhile keeps it.
    private Reply.Accepted unnamed(
            Changes.Key key, String name, Function<String, SubmitJob> named) {
        return switch (changes.propose(key, named.apply(name))) {
            case Reply.Accepted accepted -> accepted;
            case Reply.Transacted(var revision, _, _) -> new Reply.Accepted(revision, 0);
            case Reply.Synchronised(var revision, _) -> new Reply.Accepted(revision, 0);
            case Reply.Refused refused when refused.refusal() == Refusal.NAME_TAKEN ->
                    changes.submitInstead(key, named.apply(reception.unusedName(name)));
            case Reply.Refused refused -> throw Changes.failure(refused);
        };
    }
}
