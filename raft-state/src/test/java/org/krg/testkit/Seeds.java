// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Runs a property under many seeds, and tells the seed of the run that failed.
///
/// `-Dkrg.seed=N` runs that seed alone, to replay a failure.
public final class Seeds {
    private static final String REPLAY = "krg.seed";

    private Seeds() {}

    /// What must hold, whatever the random numbers are.
    @FunctionalInterface
    public interface Property {
        /// Throws when it does not hold.
        void check(RandomGenerator random) throws Exception;
    }

    /// Checks `property` under the seeds from 0 to `count` - 1. Throws an [AssertionError] that
    /// names the first seed under which it fails.
    public static void run(int count, Property property) {
        var replay = Long.getLong(REPLAY);
        if (replay != null) {
            check(replay, property);
            return;
        }
        for (var seed = 0L; seed < count; seed++) {
            check(seed, property);
        }
    }

    private static void check(long seed, Property property) {
        try {
            property.check(RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed));
        } catch (Throwable failure) {
            throw new AssertionError(
                    "fails under seed " + seed + "; replay it with -D" + REPLAY + "=" + seed,
                    failure);
        }
    }
}
