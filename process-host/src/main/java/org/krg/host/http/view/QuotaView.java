// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.krg.state.KeySpace.Quotas;
import org.krg.state.model.key.KeyAccount;
import org.krg.state.model.key.KeyLimit;

/// How much everybody holds and may hold in keys, as the API shows it.
public final class QuotaView {
    private QuotaView() {}

    /// {@return all of it}
    public static ObjectNode of(Quotas quotas) {
        var state = quotas.state();
        var view = Json.reply(quotas.revision());
        view.put("keptRevisions", state.kept());
        view.set("common", limit(state.limit()));
        var principals = view.putArray("principals");
        state.accounts().stream()
                .forEach(entry ->
                        principals.add(
                                account(entry.key(), entry.value())
                                        .set("limit", limit(state.limitOf(entry.key())))));
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
        return Json.object().put("keys", limit.keys()).put("bytes", limit.bytes());
    }
}
