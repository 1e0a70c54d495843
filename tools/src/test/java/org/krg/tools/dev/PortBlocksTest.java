// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.krg.host.HostFailure;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;

class PortBlocksTest {
    @Test
    void theFirstNodeHasTheDefaultPorts() {
        var picked = PortBlocks.pick(2, _ -> true);

        assertThat(picked)
                .first()
                .isEqualTo(new NodeAddresses(address(7440), address(7441), address(7443)));
        assertThat(picked).map(it -> it.api().port()).containsExactly(7440, 7450);
    }

    @Test
    void aTakenBlockIsLeftOut() {
        var taken = Set.of(7440, 7460);

        var picked = PortBlocks.pick(3, block -> !taken.contains(block));

        assertThat(picked).map(it -> it.api().port()).containsExactly(7450, 7470, 7480);
    }

    @Test
    void aMachineWithoutFreePortsIsSaid() {
        assertThatThrownBy(() -> PortBlocks.pick(1, _ -> false))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("not enough free ports");
    }

    private static HostPort address(int port) {
        return new HostPort("127.0.0.1", port);
    }
}
