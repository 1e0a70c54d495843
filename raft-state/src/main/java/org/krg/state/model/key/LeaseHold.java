// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model.key;

/// How much goes when a lease ends.
///
/// @param bytes of keys and values
public record LeaseHold(long keys, long bytes) {
    /// Of a lease without keys.
    public static final LeaseHold NONE = new LeaseHold(0, 0);

    /// {@return this with so much more, or less}
    public LeaseHold plus(long moreKeys, long moreBytes) {
        return new LeaseHold(keys + moreKeys, bytes + moreBytes);
    }
}
