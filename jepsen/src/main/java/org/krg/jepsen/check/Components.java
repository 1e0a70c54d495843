// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.krg.jepsen.history.Call;
import org.krg.jepsen.history.Comparison;
import org.krg.jepsen.history.Entry;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Result;
import org.krg.jepsen.history.Span;

/// Splits a history into parts that have no key in common. It is linearizable if and only if each
/// part is (Horn and Kroening, "Faster linearizability checking via P-compositionality", 2015).
final class Components {
    private final Map<String, String> parents = new HashMap<>();
    private final TreeSet<String> keys = new TreeSet<>();

    private Components(List<Call> calls) {
        calls.forEach(call -> named(call).forEach(keys::add));
        calls.forEach(call -> {
            var touched = touched(call);
            touched.forEach(key -> join(touched.getFirst(), key));
        });
    }

    /// {@return the parts, each in the order of `calls`}
    static List<List<Call>> of(List<Call> calls) {
        var components = new Components(calls);
        var parts = new TreeMap<String, List<Call>>();
        for (var call : calls) {
            var touched = components.touched(call);
            // A call that touches no key that anybody names cannot be wrong.
            if (!touched.isEmpty()) {
                parts.computeIfAbsent(components.root(touched.getFirst()), _ -> new ArrayList<>())
                        .add(call);
            }
        }
        return List.copyOf(parts.values());
    }

    private List<String> touched(Call call) {
        return Stream.concat(named(call), spans(call).flatMap(this::within)).distinct().toList();
    }

    private Stream<String> within(Span span) {
        return keys.subSet(span.start(), span.end()).stream();
    }

    /// The keys that a call names, and those that it was told of.
    private static Stream<String> named(Call call) {
        return Stream.of(
                        call.done().stream()
                                .flatMap(done -> done.results().stream())
                                .filter(Result.Found.class::isInstance)
                                .flatMap(found -> ((Result.Found) found).entries().stream())
                                .map(Entry::key),
                        call.what().when().stream().map(Comparison::key),
                        call.what()
                                .parts()
                                .filter(Part.Write.class::isInstance)
                                .map(part -> ((Part.Write) part).key()),
                        spans(call)
                                .filter(span -> span.equals(Span.one(span.start())))
                                .map(Span::start))
                .flatMap(keys -> keys);
    }

    private static Stream<Span> spans(Call call) {
        return call.what()
                .parts()
                .flatMap(part ->
                        switch (part) {
                            case Part.Read(var span) -> Stream.of(span);
                            case Part.Remove(var span) -> Stream.of(span);
                            case Part.Write _ -> Stream.empty();
                        });
    }

    private void join(String one, String other) {
        parents.put(root(one), root(other));
    }

    private String root(String key) {
        var root = key;
        for (var up = parents.getOrDefault(root, root);
                !up.equals(root);
                up = parents.getOrDefault(root, root)) {
            root = up;
        }
        return root;
    }
}
