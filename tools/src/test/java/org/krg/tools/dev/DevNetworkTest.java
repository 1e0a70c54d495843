// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.krg.host.HostFailure;

/// Networks that are not made whole. That nodes reach each other in one that is shows
/// `SeparateNetworksTest`.
@Tag("root")
class DevNetworkTest {
    private static final UUID ID = UUID.randomUUID();
    private static final DevCluster CLUSTER =
            new DevCluster(
                    ID,
                    "dev-" + ID.toString().substring(0, 8),
                    true,
                    IntStream.rangeClosed(1, 2)
                            .mapToObj(n -> new DevNode("n" + n, true, DevNetwork.addresses(ID, n)))
                            .toList());

    private final DevNetwork network = DevNetwork.of(CLUSTER);

    @Test
    void nothingIsLeftOfOneThatCannotBeMadeAndItIsMadeWholeLater() throws Exception {
        var taken = DevLinks.pool(ID).toString();
        ip("route", "add", "blackhole", taken);
        try {
            assertThatThrownBy(network::make)
                    .isInstanceOf(HostFailure.class)
                    .hasMessageContaining("File exists");
            assertThat(network.existing()).isEmpty();
            assertThat(DevLinks.existing(ID)).isEmpty();
        } finally {
            ip("route", "delete", "blackhole", taken);
        }
        try {
            network.make();
            network.make();

            assertThat(network.existing()).hasSize(3);
            assertThat(ip("route", "show", taken)).contains("via");
        } finally {
            network.remove();
        }
        assertThat(network.existing()).isEmpty();
        assertThat(ip("route", "show", taken)).isEmpty();
    }

    @Test
    void oneThatWasCutOffBeforeItsEndIsMadeAnew() throws Exception {
        network.make();
        try {
            var device = DevLinks.existing(ID).getFirst();
            ip("route", "delete", DevLinks.pool(ID).toString());
            ip("link", "set", "dev", device, "alias", "");

            network.make();

            assertThat(ip("route", "show", DevLinks.pool(ID).toString())).contains("via");
            assertThat(DevLinks.existing(ID)).containsExactly(device);
        } finally {
            network.remove();
        }
    }

    private static String ip(String... words) throws InterruptedException {
        var line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(words));
        return SystemCommand.run(line, "");
    }
}
