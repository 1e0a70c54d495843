// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.List;
import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.host.http.body.PolicyBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.PolicyView;
import org.krg.policy.core.BadPolicy;
import org.krg.policy.core.JudgedPolicy;
import org.krg.policy.core.WrittenPolicy;
import org.krg.state.command.PolicyCommand;
import org.krg.state.command.PolicyCommand.ActivatePolicy;
import org.krg.state.command.PolicyCommand.RemovePolicy;
import org.krg.state.command.PolicyCommand.RollBackPolicy;
import org.krg.state.command.PolicyCommand.StorePolicy;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.Phase;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;

/// Policies that users write: stored in versions, tried on what runs, activated, rolled back.
final class PolicyResource {
    /// All nodes are asked for each.
    private static final int MOST_TRIALS = 200;

    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;

    PolicyResource(ApiParts parts, Replica replica, Changes changes) {
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
    }

    HttpResponse list(Call call) {
        return all(replica.read(call.isStale()));
    }

    HttpResponse show(Call call) {
        var image = replica.read(call.isStale());
        var version = version(image, call.path("policy"));
        return Call.one(image, PolicyView.of(image.policies(), version));
    }

    HttpResponse store(Call call) {
        var body = call.body(PolicyBody.class);
        var written = read(body.bundle());
        var author = call.caller().principal();
        var key = changes.key(call.header("krg-request"), author);
        var store =
                new StorePolicy(
                        written.name(),
                        written.about(),
                        body.bundle(),
                        author,
                        parts.wall().instant());
        var stored = changes.submit(key, store);
        var id = new PolicyId(written.name(), stored.created());
        var image =
                body.activates()
                        ? change(call, Optional.empty(), new ActivatePolicy(Optional.of(id)))
                        : replica.atLeast(stored.revision());
        var version = image.policies().versions().require(id);
        return Call.one(HttpStatus.CREATED, image, PolicyView.of(image.policies(), version));
    }

    HttpResponse activate(Call call) {
        var chosen = call.body(PolicyBody.class).chosen();
        var policy =
                chosen.equals(PolicyId.BUILT_IN)
                        ? Optional.<PolicyId>empty()
                        : Optional.of(version(replica.read(false), chosen).id());
        return all(change(call, new ActivatePolicy(policy)));
    }

    HttpResponse rollBack(Call call) {
        return all(change(call, new RollBackPolicy()));
    }

    HttpResponse remove(Call call) {
        return all(change(call, new RemovePolicy(call.path("policy"))));
    }

    /// Decides nothing: says what a policy would decide of each process now.
    HttpResponse attempt(Call call) {
        var body = call.body(PolicyBody.class);
        var written = read(body.bundle());
        var policy = new JudgedPolicy(written.name(), written.judge());
        var image = replica.read(false);
        var job = body.job();
        var processes = job == null ? living(image) : Targets.ranks(image, job);
        if (processes.size() > MOST_TRIALS) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "%d processes are too many to try a policy on, %d is the most"
                            .formatted(processes.size(), MOST_TRIALS),
                    "name a job");
        }
        return Call.several(
                image,
                "trials",
                processes.stream()
                        .map(process ->
                                PolicyView.trial(
                                        image,
                                        process,
                                        parts.destinations().tried(policy, image, process)))
                        .toList());
    }

    private static List<HostedProcess> living(ClusterImage image) {
        return image.processes().values().stream()
                .filter(process -> !(process.phase() instanceof Phase.Ended))
                .toList();
    }

    private WrittenPolicy read(String text) {
        try {
            return parts.policies().read(text);
        } catch (BadPolicy bad) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "the policy cannot be used: " + bad.getMessage(),
                    "`krg-admin policy check FILE` says the same without a cluster,"
                            + " `krg-admin policy variables` what expressions may ask",
                    bad);
        }
    }

    /// {@return the version that `NAME@VERSION` or `NAME` means}
    private static PolicyVersion version(ClusterImage image, String text) {
        var policies = image.policies();
        return (text.contains("@")
                        ? find(text).flatMap(policies.versions()::find)
                        : policies.newest(text))
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.NOT_FOUND,
                                "there is no policy " + text,
                                "`krg-admin policy list` shows those there are"));
    }

    private static Optional<PolicyId> find(String text) {
        try {
            return Optional.of(PolicyId.parse(text));
        } catch (IllegalArgumentException unlike) {
            return Optional.empty();
        }
    }

    private ClusterImage change(Call call, PolicyCommand command) {
        return change(call, call.header("krg-request"), command);
    }

    private ClusterImage change(Call call, Optional<String> request, PolicyCommand command) {
        var key = changes.key(request, call.caller().principal());
        return replica.atLeast(changes.submit(key, command).revision());
    }

    private HttpResponse all(ClusterImage image) {
        return Call.one(image, PolicyView.of(image.policies()));
    }
}
