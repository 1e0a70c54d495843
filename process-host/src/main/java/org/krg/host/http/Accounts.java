// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Caller;
import org.krg.linux.Account;
import org.krg.state.model.Identity;
import org.krg.state.model.User;

/// The users of this node.
final class Accounts {
    private Accounts() {}

    /// A user of the cluster is somebody on the machine only where an account has the same name.
    ///
    /// @throws HostFailure where there is none
    static void requireOwn(Caller caller) {
        var isLocal = caller.principal().isEmpty() || caller.principal().equals(User.ROOT);
        if (!isLocal && !caller.identity().name().equals(caller.principal())) {
            throw new HostFailure(
                    HostFailure.Code.NOT_PERMITTED,
                    "user "
                            + caller.principal()
                            + " has no account on this node to run jobs or own segments as",
                    "make an account of that name on every node");
        }
    }

    /// {@return a user by name, or by number} Throws [HostFailure] where there is none.
    static Identity require(String name) {
        return (name.matches("[0-9]{1,9}")
                        ? Optional.of(Caller.identity(Integer.parseInt(name)))
                        : Account.find(name).map(Caller::identity))
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.NOT_FOUND,
                                "there is no user " + name + " on this node",
                                "`getent passwd` shows the users"));
    }
}
