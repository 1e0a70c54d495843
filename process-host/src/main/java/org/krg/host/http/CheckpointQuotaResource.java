// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import org.krg.host.http.body.CheckpointLimitBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.CheckpointQuotaView;
import org.krg.state.command.AccessCommand.LimitCheckpoints;

/// How much everybody's checkpoints take and may take.
final class CheckpointQuotaResource {
    private final Replica replica;
    private final Changes changes;

    CheckpointQuotaResource(Replica replica, Changes changes) {
        this.replica = replica;
        this.changes = changes;
    }

    HttpResponse list(Call call) {
        var image = replica.read(call.isStale());
        return Call.one(image, CheckpointQuotaView.of(image));
    }

    HttpResponse set(Call call) {
        var body = call.body(CheckpointLimitBody.class);
        return change(call, new LimitCheckpoints(body.findOwner().orElse(""), body.limit()));
    }

    HttpResponse unset(Call call) {
        return change(call, new LimitCheckpoints(call.parameter("owner"), 0));
    }

    private HttpResponse change(Call call, LimitCheckpoints limit) {
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        var image = replica.atLeast(changes.submit(key, limit).revision());
        return Call.one(image, CheckpointQuotaView.of(image));
    }
}
