// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import java.math.BigInteger;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/// `bc` summing up cubes: a long computation of one thread.
public final class Sums {
    private static final long MILLIONS = 24;

    private Sums() {}

    public static TestProgram in(Path directory) {
        var script = TestProgram.install("sums.bc", directory);
        var output =
                LongStream.rangeClosed(1, MILLIONS)
                        .mapToObj(million -> sumOfCubes(million * 1_000_000) + "\n")
                        .collect(Collectors.joining());
        return new TestProgram("sums", List.of("bc", "-q", script.toString()), output);
    }

    /// The square of the sum of the numbers themselves.
    private static BigInteger sumOfCubes(long last) {
        return BigInteger.valueOf(last * (last + 1) / 2).pow(2);
    }
}
