// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.access;

import java.util.List;
import java.util.stream.Collectors;
import org.krg.host.HostFailure;
import org.krg.linux.Account;
import org.krg.state.model.Identity;

/// Who sends a request.
///
/// @param identity whom what it starts runs as
/// @param principal the user whose permissions count; empty for an agent that asks for itself
/// @param agent whether it proved to be an agent of the cluster
/// @param forwarded whether an agent passed it on for somebody: it is not passed on again
/// @param proof by what they were known, for people: the name in a certificate, `token`, `uid N`;
///   empty for whoever showed nothing of that kind
public record Caller(
        Identity identity, String principal, boolean agent, boolean forwarded, String proof) {
    /// The header in which an agent says whom it speaks for: `uid:gid[,gid…]`.
    public static final String HEADER = "krg-caller";

    /// The header in which an agent says whose permissions count.
    public static final String PRINCIPAL = "krg-principal";

    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

    /// Whoever shows a token to join: no user can have this name.
    public static final String STRANGER = "-";

    /// {@return whoever has that uid, as far as the machine knows them}
    public static Identity identity(int uid) {
        return Account.find(uid)
                .map(Caller::identity)
                .orElseGet(() -> new Identity(uid, uid, List.of(uid), Integer.toString(uid)));
    }

    /// {@return a user of the machine}
    public static Identity identity(Account account) {
        return new Identity(account.uid(), account.gid(), account.groups(), account.name());
    }

    /// {@return the value of [#HEADER] for this caller}
    public String header() {
        var groups =
                identity.groups().stream().map(String::valueOf).collect(Collectors.joining(","));
        return identity.uid() + ":" + identity.gid() + (groups.isEmpty() ? "" : "," + groups);
    }

    static Caller forwarded(String header, String principal, String proof) {
        if (!principal.matches(NAME) && !principal.isEmpty() && !principal.equals(STRANGER)) {
            throw new HostFailure(
                    HostFailure.Code.USAGE, "\"" + principal + "\" is no name of a user", "");
        }
        return new Caller(parse(header), principal, true, true, proof);
    }

    private static Identity parse(String header) {
        if (!header.matches("[0-9]{1,9}:[0-9]{1,9}(,[0-9]{1,9})*")) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "Krg-Caller is uid:gid[,gid…], not \"" + header + "\"",
                    "");
        }
        var colon = header.indexOf(':');
        var uid = Integer.parseInt(header.substring(0, colon));
        var gids =
                List.of(header.substring(colon + 1).split(",", -1)).stream()
                        .map(Integer::valueOf)
                        .toList();
        var name = Account.find(uid).map(Account::name).orElse(Integer.toString(uid));
        return new Identity(uid, gids.getFirst(), gids.subList(1, gids.size()), name);
    }
}
