// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

/// How much a principal may hold in keys that exist now, and in leases that last.
///
/// @param bytes of keys and values together
public record KeyLimit(long keys, long bytes, long leases) {
    /// What holds where nothing was set: more than most stores ever hold, and a bound on a client
    /// that runs away. One of ten holders leaves leases for the others.
    public static final KeyLimit DEFAULT = new KeyLimit(100_000_000, 32L << 30, 10_000);

    public KeyLimit {
        if (keys < 0 || bytes < 0 || leases < 0) {
            throw new IllegalArgumentException("negative limit");
        }
    }
}
