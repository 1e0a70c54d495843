// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.Comparator;

/// One checkpoint of a process. Numbers grow by one per process and are never reused.
public record GenerationId(ProcessId process, long number) implements Comparable<GenerationId> {
    private static final Comparator<GenerationId> ORDER =
            Comparator.comparing(GenerationId::process).thenComparingLong(GenerationId::number);

    /// {@return what [#toString] has written}
    ///
    /// @throws IllegalArgumentException if it is nothing of the kind
    public static GenerationId parse(String text) {
        var dot = text.indexOf('.');
        if (dot < 0) {
            throw new IllegalArgumentException("PROCESS.NUMBER, not \"" + text + "\"");
        }
        return new GenerationId(
                new ProcessId(Long.parseLong(text.substring(0, dot))),
                Long.parseLong(text.substring(dot + 1)));
    }

    @Override
    public int compareTo(GenerationId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return process + "." + number;
    }
}
