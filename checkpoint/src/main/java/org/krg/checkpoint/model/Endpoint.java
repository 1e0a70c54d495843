// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// An address of a network, and a port there.
///
/// @param host in figures: `127.0.0.1`, `0:0:0:0:0:0:0:1`
/// @param port 0 if there is none
public record Endpoint(String host, int port) {
    /// {@return whether it stands for every address of the machine}
    public boolean isAny() {
        return host.equals("0.0.0.0") || host.equals("0:0:0:0:0:0:0:0");
    }

    /// {@return whether it is on this machine, whatever the machine's addresses are}
    public boolean isLoopback() {
        return host.startsWith("127.") || host.equals("0:0:0:0:0:0:0:1");
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
