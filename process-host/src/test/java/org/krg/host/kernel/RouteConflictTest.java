// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RouteConflictTest {
    private static final String SINK = "krg-12345678";

    @Test
    void theDefaultRouteAndKrgsOwnAreNoConflict() {
        assertThat(
                        RouteConflict.of(
                                List.of(
                                        "default via 192.0.2.1 dev eth0 ",
                                        "10.201.0.0/16 dev krg-12345678 proto 201 scope link ",
                                        "10.201.0.7 dev krg0a1b2c3d4e5f proto 201 scope link ",
                                        "10.201.0.8 via 192.0.2.7 dev eth0 proto 201 "),
                                SINK))
                .isEmpty();
    }

    @Test
    void aRouteOfSomebodyElseIsOneWhetherWithinOrAround() {
        for (var route :
                List.of(
                        "10.201.4.0/24 dev tun0 proto kernel scope link src 10.201.4.1",
                        "10.0.0.0/8 via 192.0.2.9 dev eth0",
                        "blackhole 10.201.0.0/16",
                        "10.201.0.7 dev docker0")) {
            assertThat(RouteConflict.of(List.of(route), SINK)).contains(route);
        }
    }

    @Test
    void thePoolOfAnotherClusterOnThisMachineIsOne() {
        var other = "10.201.0.0/16 dev krg-87654321 proto 201 scope link";

        assertThat(RouteConflict.of(List.of(other), SINK)).contains(other);
    }
}
