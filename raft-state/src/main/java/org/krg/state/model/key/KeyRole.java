// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

import java.util.List;

/// A named set of permissions on keys.
///
/// @param grants at most one for a range, in the order of the ranges
public record KeyRole(String name, List<KeyGrant> grants) {
    /// The role whose users may do everything.
    public static final String ROOT = "root";

    public KeyRole {
        grants = List.copyOf(grants);
    }
}
