// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/// Processors, by the numbers that the kernel gives them.
///
/// @param numbers ascending, each once
public record CpuSet(List<Integer> numbers) {
    public CpuSet {
        numbers = numbers.stream().sorted().distinct().toList();
    }

    /// {@return those whose bits are set}
    public static CpuSet of(BitSet bits) {
        return new CpuSet(bits.stream().boxed().toList());
    }

    /// {@return a bit for each}
    public BitSet bits() {
        var bits = new BitSet();
        numbers.forEach(bits::set);
        return bits;
    }

    /// {@return those that `other` has as well}
    public CpuSet within(CpuSet other) {
        var both = bits();
        both.and(other.bits());
        return of(both);
    }

    public boolean isEmpty() {
        return numbers.isEmpty();
    }

    /// {@return them as the kernel lists them: `0-3,8`}
    @Override
    public String toString() {
        var bits = bits();
        return numbers.stream()
                .filter(it -> it == 0 || !bits.get(it - 1))
                .map(first -> {
                    var last = bits.nextClearBit(first) - 1;
                    return last == first ? "" + first : first + "-" + last;
                })
                .collect(Collectors.joining(","));
    }
}
