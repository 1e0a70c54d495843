// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.List;
import org.krg.jepsen.history.LeaseUse;

/// A lease lasts at least as long as it was granted or renewed for, counted from the moment at
/// which its holder asked, whatever becomes of the leader; and it does not come back.
public final class LeaseTimes {
    private LeaseTimes() {}

    /// {@return what is wrong}
    public static List<String> violations(List<LeaseUse> uses) {
        var violations = new ArrayList<String>();
        for (var end : uses) {
            if (end instanceof LeaseUse.Ended ended) {
                uses.stream()
                        .filter(LeaseUse.Held.class::isInstance)
                        .map(LeaseUse.Held.class::cast)
                        .filter(held -> held.lease() == ended.lease())
                        .filter(held -> ended.seen() < held.called() + held.ttl().toNanos())
                        .map(held ->
                                "lease %d ended %d ms early: %s, %s"
                                        .formatted(held.lease(), early(held, ended), held, ended))
                        .forEach(violations::add);
            }
        }
        return violations;
    }

    private static long early(LeaseUse.Held held, LeaseUse.Ended ended) {
        return (held.called() + held.ttl().toNanos() - ended.seen()) / 1_000_000;
    }
}
