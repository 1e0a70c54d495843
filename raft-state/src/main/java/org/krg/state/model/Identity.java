// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// Who a program runs as.
///
/// @param name the user's name where the submitting node knew it, else the uid in digits
public record Identity(int uid, int gid, List<Integer> groups, String name) {
    public Identity {
        groups = List.copyOf(groups);
        if (uid < 0 || gid < 0) {
            throw new IllegalArgumentException("negative uid or gid");
        }
    }
}
