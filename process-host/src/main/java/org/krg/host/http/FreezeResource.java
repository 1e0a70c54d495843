// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import java.time.Duration;
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

    /// Done by the node that hosts the process, or the first of several, so that it can say what
    /// came of it.
    private HttpResponse set(Call call, boolean frozen) {
        var _ = call.body(EmptyBody.class);
        var image = replica.read(false);
        var process = Targets.ranks(image, call.path("target")).getFirst();
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
        var stands = await(process.id(), frozen);
        var now = replica.image();
        var view = ProcessView.of(now, Targets.process(now, process.id()));
        return Call.one(now, view.put("stands", stands));
    }

    /// {@return whether it stands still, once that is as it should be or the time is over}
    private boolean await(ProcessId process, boolean frozen) {
        var end = System.nanoTime() + LIMIT.toNanos();
        while (isHere(process) && stands(process) != frozen && System.nanoTime() - end < 0) {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return stands(process);
    }

    private boolean stands(ProcessId id) {
        return replica.image()
                .processes()
                .find(id)
                .filter(this::isHere)
                .filter(process -> parts.local().stands(id, process.epoch()))
                .isPresent();
    }

    private boolean isHere(ProcessId id) {
        return replica.image().processes().find(id).filter(this::isHere).isPresent();
    }

    private boolean isHere(HostedProcess process) {
        return process.phase() instanceof Phase.Running(var node, _, _) && node.equals(self);
    }
}
