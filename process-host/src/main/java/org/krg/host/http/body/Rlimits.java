// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.krg.state.model.Rlimit;

/// Reads the limits of `setrlimit(2)` in a submission.
final class Rlimits {
    private Rlimits() {}

    /// {@return the limits by the names of their resources, none for `null`}
    static List<Rlimit> of(@Nullable Map<String, SubmissionBody.Bound> given) {
        return given == null
                ? List.of()
                : given.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(it -> of(it.getKey(), it.getValue()))
                        .toList();
    }

    private static Rlimit of(String name, SubmissionBody.@Nullable Bound given) {
        var resource = Values.constant("rlimits", name, Rlimit.Resource.NOFILE);
        var field = "rlimits." + name;
        var bound = Values.require(field, given);
        var soft = Values.require(field + ".soft", bound.soft());
        try {
            return new Rlimit(resource, soft, Values.or(bound.hard(), soft));
        } catch (IllegalArgumentException impossible) {
            throw Bodies.wrong(field, String.valueOf(impossible.getMessage()));
        }
    }
}
