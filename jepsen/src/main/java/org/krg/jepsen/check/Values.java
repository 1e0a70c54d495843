// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.krg.jepsen.history.Comparison;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Transaction;

/// Keys with their values and the number of their writes: what can be told without any revision.
final class Values {
    private Values() {}

    /// @param version writes since the key was made
    record Valued(String value, long version) {
        Valued written(String next) {
            return new Valued(next, version + 1);
        }
    }

    /// @param results a list of `key=value`, "written" or a count for each part
    record Outcome(boolean succeeded, List<Object> results, NavigableMap<String, Valued> after) {}

    static Outcome evaluate(NavigableMap<String, Valued> before, Transaction transaction) {
        var succeeded = transaction.when().stream().allMatch(each -> holds(before, each));
        var after = new TreeMap<>(before);
        var results = new ArrayList<Object>();
        for (var part : succeeded ? transaction.then() : transaction.otherwise()) {
            results.add(perform(part, after));
        }
        return new Outcome(succeeded, results, after);
    }

    private static Object perform(Part part, NavigableMap<String, Valued> values) {
        return switch (part) {
            case Part.Read(var span) ->
                    values.subMap(span.start(), true, span.end(), false).entrySet().stream()
                            .map(each -> each.getKey() + "=" + each.getValue().value)
                            .toList();
            case Part.Write(var key, var value) -> {
                values.merge(key, new Valued(value, 1), (old, _) -> old.written(value));
                yield "written";
            }
            case Part.Remove(var span) -> {
                var gone = values.subMap(span.start(), true, span.end(), false);
                var count = (long) gone.size();
                gone.clear();
                yield count;
            }
        };
    }

    private static boolean holds(NavigableMap<String, Valued> values, Comparison comparison) {
        var found = Optional.ofNullable(values.get(comparison.key()));
        return switch (comparison) {
            case Comparison.ValueIs(_, var value) ->
                    found.map(Valued::value).filter(value::equals).isPresent();
            case Comparison.VersionIs(_, var version) ->
                    found.map(Valued::version).orElse(0L) == version;
        };
    }
}
