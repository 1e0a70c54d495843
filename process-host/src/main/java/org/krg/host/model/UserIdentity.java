// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import java.util.List;

/// Who a program runs as.
///
/// @param groups the supplementary groups
public record UserIdentity(int uid, int gid, List<Integer> groups) {
    public UserIdentity {
        groups = List.copyOf(groups);
    }
}
