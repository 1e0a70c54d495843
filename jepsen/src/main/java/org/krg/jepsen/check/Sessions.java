// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Call;

/// The order of each client: what it does later comes later, and nothing that it has seen, by an
/// old read or a current one, through whichever node, is undone for it.
public final class Sessions {
    private Sessions() {}

    /// {@return what is wrong}
    public static List<String> violations(List<Call> calls) {
        var violations = new ArrayList<String>();
        var seen = new TreeMap<Integer, Long>();
        calls.stream()
                .sorted(Comparator.comparingLong(Call::called))
                .forEach(call -> check(call, seen, violations));
        return violations;
    }

    private static void check(Call call, Map<Integer, Long> seen, List<String> violations) {
        if (!(call.answer() instanceof Answer.Done done)) {
            return;
        }
        var newest = seen.getOrDefault(call.client(), 0L);
        if (call.current() && done.revision() < newest) {
            violations.add(
                    "client %d had seen revision %d before %s"
                            .formatted(call.client(), newest, call));
        }
        seen.merge(call.client(), done.revision(), Math::max);
    }
}
