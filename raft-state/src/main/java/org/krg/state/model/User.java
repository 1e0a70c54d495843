// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// Somebody the cluster knows by name.
///
/// @param passwordHash salted and slow, as the API writes it; empty: no password, a certificate
///   only. Never shown
/// @param roles names, in order
public record User(String name, String passwordHash, List<String> roles) {
    /// The user who may do everything.
    public static final String ROOT = "root";

    public User {
        roles = List.copyOf(roles);
    }

    @Override
    public String toString() {
        return "User[name=" + name + ", roles=" + roles + "]";
    }
}
