// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyRange;

/// The body of requests about users, roles and permissions: each uses some of its fields.
///
/// @param key the first key of a range, as text; `keyBase64` for other bytes
/// @param prefix whether the range holds every key that begins with `key`
/// @param end the first key behind the range; without it and `prefix` the range is one key
/// @param endless whether the range goes on for ever
public record AccessBody(
        @Nullable String name,
        @Nullable String password,
        @Nullable String role,
        @Nullable Boolean enabled,
        @Nullable String mode,
        @Nullable String key,
        @Nullable String keyBase64,
        @Nullable Boolean prefix,
        @Nullable String end,
        @Nullable String endBase64,
        @Nullable Boolean endless) {
    @Override
    public String toString() {
        return "AccessBody[name=" + name + ", role=" + role + "]";
    }

    /// {@return the name of the user or role that is made}
    public String made() {
        return Values.require("name", name);
    }

    /// {@return the password; empty: none}
    public char[] secret() {
        return Values.or(password, "").toCharArray();
    }

    /// {@return the role}
    public String granted() {
        return Values.require("role", role);
    }

    /// {@return whether permissions are to count}
    public boolean isEnabled() {
        return Values.require("enabled", enabled);
    }

    /// {@return the permission}
    public KeyGrant grant() {
        var range = range();
        if (range.isEmpty()) {
            throw Bodies.wrong("end", "is behind key");
        }
        Values.require("mode", mode);
        return new KeyGrant(range, Values.constant("mode", mode, KeyGrant.Mode.READ));
    }

    /// {@return the keys it is about}
    public KeyRange range() {
        var start = bytes("key", key, keyBase64);
        if (Values.or(prefix, false)) {
            return KeyRange.prefix(start);
        }
        if (Values.or(endless, false)) {
            return KeyRange.from(start);
        }
        return end == null && endBase64 == null
                ? KeyRange.one(start)
                : new KeyRange(start, bytes("end", end, endBase64));
    }

    private static Bytes bytes(String field, @Nullable String text, @Nullable String base64) {
        if (base64 == null) {
            return Bytes.of(Values.require(field, text));
        }
        try {
            return Bytes.wrap(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException malformed) {
            throw Bodies.wrong(field + "Base64", "is not base64");
        }
    }
}
