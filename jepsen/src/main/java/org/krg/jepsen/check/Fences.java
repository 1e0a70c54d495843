// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.krg.jepsen.history.Fence;

/// Fencing tokens of one lock: each acquisition has its own, larger than those of all acquisitions
/// that were answered before it was asked for.
public final class Fences {
    private Fences() {}

    /// {@return what is wrong}
    public static List<String> violations(List<Fence> fences) {
        var violations = new ArrayList<String>();
        var seen = new HashMap<Long, Fence>();
        for (var fence : fences) {
            var twin = seen.put(fence.token(), fence);
            if (twin != null) {
                violations.add("two acquisitions have one token: " + twin + ", " + fence);
            }
            fences.stream()
                    .filter(earlier -> earlier.returned() < fence.called())
                    .filter(earlier -> earlier.token() > fence.token())
                    .map(earlier -> "the token fell: " + earlier + ", then " + fence)
                    .forEach(violations::add);
        }
        return violations;
    }
}
