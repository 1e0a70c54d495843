// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// An address of IPv4.
///
/// @param bits the most significant byte is the first one people write
public record Ipv4Address(int bits) implements Comparable<Ipv4Address> {
    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    /// {@return the address that is written as four numbers with dots between}
    ///
    /// @throws IllegalArgumentException if it is none
    public static Ipv4Address of(String text) {
        if (!text.matches(BYTE + "(?:\\." + BYTE + "){3}")) {
            throw new IllegalArgumentException("not an address of IPv4: " + text);
        }
        var bits = 0;
        for (var part : text.split("\\.", -1)) {
            bits = (bits << 8) | Integer.parseInt(part);
        }
        return new Ipv4Address(bits);
    }

    @Override
    public int compareTo(Ipv4Address other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
        return "%d.%d.%d.%d"
                .formatted(bits >>> 24, (bits >>> 16) & 0xff, (bits >>> 8) & 0xff, bits & 0xff);
    }
}
