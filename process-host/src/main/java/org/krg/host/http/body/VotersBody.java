// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.krg.state.core.MembershipChange.Reassign;
import org.krg.state.model.NodeId;

/// The body that names the nodes which are to vote and those which are to vote no more.
public record VotersBody(@Nullable List<String> promote, @Nullable List<String> demote) {
    /// {@return all of it as one change}
    public Reassign change() {
        return new Reassign(nodes("promote", promote), nodes("demote", demote));
    }

    private static List<NodeId> nodes(String field, @Nullable List<String> names) {
        return Values.or(names, List.<String>of()).stream()
                .map(name -> Values.node(field, name))
                .toList();
    }
}
