// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

/// How much a principal may hold in keys that exist now.
///
/// @param bytes of keys and values together
public record KeyLimit(long keys, long bytes) {
    /// What holds where nothing was set: more than most stores ever hold, and a bound on a client
    /// that runs away.
    public static final KeyLimit DEFAULT = new KeyLimit(100_000_000, 32L << 30);

    public KeyLimit {
        if (keys < 0 || bytes < 0) {
            throw new IllegalArgumentException("negative limit");
        }
    }
}
