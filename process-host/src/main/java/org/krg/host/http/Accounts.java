// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Caller;
import org.krg.linux.Account;
import org.krg.state.model.Identity;

/// The users of this node.
final class Accounts {
    private Accounts() {}

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
