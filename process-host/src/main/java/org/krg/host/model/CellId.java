// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/// One incarnation of a process on one node. Written `7.3`, which is also the name of its directory
/// and of its cgroup.
///
/// @param process the cluster-wide number of the process
/// @param epoch the number of the incarnation; a higher one makes all lower ones void
public record CellId(long process, long epoch) implements Comparable<CellId> {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,18})\\.(\\d{1,18})");
    private static final Comparator<CellId> ORDER =
            Comparator.comparingLong(CellId::process).thenComparingLong(CellId::epoch);

    public CellId {
        if (process < 0 || epoch < 0) {
            throw new IllegalArgumentException(
                    "a cell id is not negative: " + process + "." + epoch);
        }
    }

    /// {@return the id that `text` spells, if it spells one}
    public static Optional<CellId> find(String text) {
        var written = WRITTEN.matcher(text);
        return written.matches()
                ? Optional.of(
                        new CellId(
                                Long.parseLong(written.group(1)), Long.parseLong(written.group(2))))
                : Optional.empty();
    }

    @Override
    public int compareTo(CellId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return process + "." + epoch;
    }
}
