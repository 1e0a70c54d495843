// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;
import org.krg.state.KeySpace.Quotas;
import org.krg.state.image.Leases;
import org.krg.state.model.key.KeyAccount;
import org.krg.state.model.key.KeyLimit;

/// How much everybody holds and may hold in keys and leases, as the API shows it.
public final class QuotaView {
    private QuotaView() {}

    /// {@return all of it}
    public static ObjectNode of(Quotas quotas, Leases leases) {
        var state = quotas.state();
        var holders = new TreeSet<String>();
        state.accounts().stream().forEach(entry -> holders.add(entry.key()));
        leases.held().stream().forEach(entry -> holders.add(entry.key()));
        var view = Json.reply(quotas.revision());
        view.put("keptRevisions", state.kept());
        view.set("common", limit(state.limit()));
        var principals = view.putArray("principals");
        for (var holder : holders) {
            principals.add(
                    account(holder, state.account(holder))
                            .put("leases", leases.heldBy(holder))
                            .set("limit", limit(state.limitOf(holder))));
        }
        return view;
    }

    private static ObjectNode account(String principal, KeyAccount account) {
        return Json.object()
                .put("principal", principal)
                .put("keys", account.keys())
                .put("bytes", account.bytes())
                .put("ownLimit", account.own().isPresent());
    }

    private static ObjectNode limit(KeyLimit limit) {
        return Json.object()
                .put("keys", limit.keys())
                .put("bytes", limit.bytes())
                .put("leases", limit.leases());
    }
}
