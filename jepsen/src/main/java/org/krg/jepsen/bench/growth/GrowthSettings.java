// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.growth;

import java.time.Duration;
import java.util.List;

/// What is measured.
///
/// @param sizes how many keys, one cluster for each
/// @param valueBytes length of a value
/// @param length of each workload
/// @param warmUp load before the first one; JIT compilers need it
public record GrowthSettings(List<Long> sizes, int valueBytes, Duration length, Duration warmUp) {
    public GrowthSettings {
        sizes = List.copyOf(sizes);
    }
}
