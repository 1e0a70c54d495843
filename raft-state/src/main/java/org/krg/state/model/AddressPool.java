// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// Addresses of IPv4 that have their first bits in common, as `10.201.0.0/16` is written. The first
/// and the last of them are given to nobody: other software takes them for the network's own.
///
/// @param first the address whose other bits are all 0
/// @param prefix how many bits they have in common
public record AddressPool(Ipv4Address first, int prefix) {
    /// 10.201.0.0/16, 65534 addresses.
    public static final AddressPool DEFAULT = of("10.201.0.0/16");

    private static final int SHORTEST = 8;
    private static final int LONGEST = 30;

    public AddressPool {
        if (prefix < SHORTEST || prefix > LONGEST) {
            throw new IllegalArgumentException(
                    "a pool of addresses has a prefix of 8 to 30 bits, not " + prefix);
        }
        if ((first.bits() & ~mask(prefix)) != 0) {
            var start = new Ipv4Address(first.bits() & mask(prefix));
            throw new IllegalArgumentException(
                    "a pool of addresses begins with its first one: %s/%d, not %s"
                            .formatted(start, prefix, first));
        }
    }

    /// {@return the pool that is written as its first address, a slash and its prefix}
    ///
    /// @throws IllegalArgumentException if it is none
    public static AddressPool of(String text) {
        var slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,2}")) {
            throw new IllegalArgumentException(
                    "not a pool of addresses like 10.201.0.0/16: " + text);
        }
        return new AddressPool(
                Ipv4Address.of(text.substring(0, slash)),
                Integer.parseInt(text.substring(slash + 1)));
    }

    /// {@return how many addresses can be given out}
    public int size() {
        return (1 << (32 - prefix)) - 2;
    }

    /// {@return one of the addresses that can be given out}
    ///
    /// @param index from 0, below [#size]
    public Ipv4Address address(int index) {
        if (index < 0 || index >= size()) {
            throw new IllegalArgumentException("no address " + index + " in " + this);
        }
        return new Ipv4Address(first.bits() + 1 + index);
    }

    /// {@return whether an address is one of them}
    public boolean contains(Ipv4Address address) {
        return (address.bits() & mask(prefix)) == first.bits();
    }

    private static int mask(int prefix) {
        return -1 << (32 - prefix);
    }

    @Override
    public String toString() {
        return first + "/" + prefix;
    }
}
