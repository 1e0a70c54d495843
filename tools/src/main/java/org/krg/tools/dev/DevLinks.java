// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Ipv4Address;

/// The network devices of a dev cluster's cells on this machine, which say in their alias whose
/// they are, ip-link(8).
final class DevLinks {
    private static final int BLOCKS = 1 << 14;
    private static final int BLOCK_BITS = 8;

    private DevLinks() {}

    /// {@return the addresses of a dev cluster's cells: one of the blocks of 254 in 10.192.0.0/10,
    /// so that several clusters on one machine rarely meet}
    static AddressPool pool(UUID cluster) {
        var block = Math.floorMod(cluster.hashCode(), BLOCKS);
        var first = Ipv4Address.of("10.192.0.0").bits() + (block << BLOCK_BITS);
        return new AddressPool(new Ipv4Address(first), Integer.SIZE - BLOCK_BITS);
    }

    /// {@return the names of the devices that are there}
    static List<String> existing(UUID cluster) throws InterruptedException {
        var names = new ArrayList<String>();
        for (var line : ip("-oneline", "link", "show").lines().toList()) {
            if (line.matches(".*alias krg " + cluster + "( .*)?")) {
                names.add(line.split("[ :@]+", 3)[1]);
            }
        }
        return names;
    }

    /// Removes them. Most go by themselves when their cell does.
    static void remove(UUID cluster) throws InterruptedException {
        for (var name : existing(cluster)) {
            ip("link", "delete", name);
        }
    }

    // Without iproute2 no cell has ever had an address of its own.
    private static String ip(String... words) throws InterruptedException {
        var line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(words));
        try {
            var process =
                    new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD).start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return said;
        } catch (IOException notInstalled) {
            return "";
        }
    }
}
