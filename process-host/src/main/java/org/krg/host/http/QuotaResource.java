// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import java.util.Optional;
import org.krg.host.http.body.QuotaBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.view.QuotaView;
import org.krg.state.ClusterStore;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.KeyCommand.KeepVersions;
import org.krg.state.command.KeyCommand.LimitKeys;

/// How much everybody holds and may hold in keys and leases, and how many versions are kept.
final class QuotaResource {
    private final ClusterStore store;
    private final Changes changes;

    QuotaResource(ClusterStore store, Changes changes) {
        this.store = store;
        this.changes = changes;
    }

    HttpResponse list(Call call) {
        return Call.json(
                HttpStatus.OK, QuotaView.of(store.keys().quotas().join(), store.image().leases()));
    }

    HttpResponse set(Call call) {
        var body = call.body(QuotaBody.class);
        var state = store.keys().quotas().join().state();
        var limit = body.limit(body.whose().map(state::limitOf).orElseGet(state::limit));
        return changed(call, new LimitKeys(call.principal(), body.whose(), Optional.of(limit)));
    }

    HttpResponse unset(Call call) {
        var whose = call.find("principal");
        return changed(call, new LimitKeys(call.principal(), whose, Optional.empty()));
    }

    HttpResponse keep(Call call) {
        return changed(
                call, new KeepVersions(call.principal(), call.body(QuotaBody.class).revisions()));
    }

    private HttpResponse changed(Call call, KeyCommand command) {
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        var _ = changes.submit(key, command);
        return list(call);
    }
}
