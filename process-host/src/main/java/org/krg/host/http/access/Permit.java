// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.access;

import java.util.function.Supplier;
import org.krg.host.HostFailure;
import org.krg.state.image.Access;

/// Who may use a route. Whatever is not said is root's.
public enum Permit {
    /// Root, users with the role root, and agents.
    ROOT,
    /// As before, and the owner of the job, segment, process, checkpoint or move that the path
    /// names.
    OWNER,
    /// Everybody who is let in at all.
    EVERYBODY,
    /// Agents, for themselves or for somebody.
    AGENT,
    /// Nodes, also those that were removed, for themselves.
    NODE,
    /// Anybody: the request itself says why it is good.
    TOKEN;

    /// Throws [HostFailure] when `caller` may not.
    ///
    /// @param owner the name of the owner of what the path names; asked for only where it decides
    public void require(Access access, Caller caller, Supplier<String> owner) {
        var isRoot =
                caller.principal().isEmpty() ? caller.agent() : access.isRoot(caller.principal());
        var may =
                switch (this) {
                    case ROOT -> isRoot;
                    case OWNER -> isRoot || caller.principal().equals(owner.get());
                    case AGENT, NODE -> caller.agent();
                    case EVERYBODY, TOKEN -> true;
                };
        if (!may) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    switch (this) {
                        case AGENT, NODE -> "only an agent of the cluster may ask this";
                        case OWNER -> "that is not user " + caller.principal() + "'s";
                        case ROOT, EVERYBODY, TOKEN ->
                                "only root and users with the role root may ask this";
                    },
                    this == AGENT
                            ? "agents prove it with the certificate of their node"
                            : "`krg-admin user grant-role "
                                    + caller.principal()
                                    + " root` as root");
        }
    }
}
