// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import org.jspecify.annotations.Nullable;

/// The body of requests about policies: each uses some of its fields.
///
/// @param text of a bundle, in TOML
/// @param activate whether the version decides at once
/// @param policy `NAME@VERSION`, `NAME` for its newest version, or `built-in`
/// @param job whose processes a policy is tried on; all that live where it is not said
public record PolicyBody(
        @Nullable String text,
        @Nullable Boolean activate,
        @Nullable String policy,
        @Nullable String job) {
    /// {@return the text}
    public String bundle() {
        return Values.require("text", text);
    }

    /// {@return whether the version decides at once}
    public boolean activates() {
        return activate != null && activate;
    }

    /// {@return which one decides}
    public String chosen() {
        return Values.require("policy", policy);
    }
}
