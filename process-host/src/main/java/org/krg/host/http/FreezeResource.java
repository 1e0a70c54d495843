// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.krg.host.http.body.EmptyBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Peers;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.cluster.Targets;
import org.krg.host.http.view.ProcessView;
import org.krg.state.command.ProcessCommand.SetFrozen;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.NodeId;
import org.krg.state.model.Phase;
import org.krg.state.model.ProcessId;

/// Has processes stand still, and go on.
final class FreezeResource {
    /// A checkpoint that is under way is over first.
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final NodeId self;
    private final ApiParts parts;
    private final Replica replica;
    private final Changes changes;
    private final Peers peers;

    FreezeResource(NodeId self, ApiParts parts, Replica replica, Changes changes, Peers peers) {
        this.self = self;
        this.parts = parts;
        this.replica = replica;
        this.changes = changes;
        this.peers = peers;
    }

    HttpResponse freeze(Call call) {
        return set(call, true);
    }

    HttpResponse unfreeze(Call call) {
        return set(call, false);
    }

    /// Done by the node that hosts the process, or the first of several that has not ended, so that
    /// it can say what came of those that it hosts.
    private HttpResponse set(Call call, boolean frozen) {
        var _ = call.body(EmptyBody.class);
        var image = replica.read(false);
        var ranks = Targets.ranks(image, call.path("target"));
        var process =
                ranks.stream()
                        .filter(rank -> !(rank.phase() instanceof Phase.Ended))
                        .findFirst()
                        .orElse(ranks.getFirst());
        var host = process.phase().host().filter(node -> !node.equals(self));
        if (host.isPresent()) {
            var node = Targets.node(image, host.get().name());
            return peers.pass(node, call.caller(), call.request(), Failures::response);
        }
        var done =
                changes.submit(
                        changes.key(call.header("krg-request"), call.caller().principal()),
                        new SetFrozen(process.id(), frozen));
        var _ = replica.atLeast(done.revision());
        var stands = await(ranks.stream().map(HostedProcess::id).toList(), frozen);
        var now = replica.image();
        var view = ProcessView.of(now, Targets.process(now, process.id()));
        return Call.one(now, view.put("stands", stands));
    }

    /// {@return whether those that this node hosts stand still, once that is as it should be for
    /// all of them or the time is over}
    private boolean await(List<ProcessId> ranks, boolean frozen) {
        var end = System.nanoTime() + LIMIT.toNanos();
        while (isAny(ranks, !frozen) && System.nanoTime() - end < 0) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return isAny(ranks, true) && !(frozen && isAny(ranks, false));
    }

    /// {@return whether one that is here stands still, or one goes on}
    private boolean isAny(List<ProcessId> ranks, boolean standing) {
        return ranks.stream()
                .flatMap(id -> replica.image().processes().find(id).stream())
                .filter(this::isHere)
                .anyMatch(rank -> parts.local().stands(rank.id(), rank.epoch()) == standing);
    }

    private boolean isHere(HostedProcess process) {
        return process.phase() instanceof Phase.Running(var node, _, _) && node.equals(self);
    }
}
