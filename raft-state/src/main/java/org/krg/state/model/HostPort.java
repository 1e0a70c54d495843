// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// A TCP address: a host name or literal address, and a port.
public record HostPort(String host, int port) {
    public HostPort {
        if (host.isEmpty() || port < 0 || port > 65_535) {
            throw new IllegalArgumentException("not an address: " + host + ":" + port);
        }
    }

    /// {@return the address written as `host:port`}
    public static HostPort parse(String text) {
        var colon = text.lastIndexOf(':');
        if (colon < 1 || !text.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("expected host:port, not \"" + text + "\"");
        }
        return new HostPort(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    /// {@return whether it can only be reached from its own machine}. A name is resolved by whoever
    /// uses it, and might turn into any address: of names only `localhost` counts.
    public boolean isLoopback() {
        return host.equals("localhost")
                || host.equals("::1")
                || host.equals("[::1]")
                || host.matches("127(\\.[0-9]{1,3}){3}");
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
