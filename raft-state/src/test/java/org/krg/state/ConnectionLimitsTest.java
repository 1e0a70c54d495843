// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.net.InetSocketAddress;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ConnectionLimitsTest {
    private final MetricRegistry metrics = new MetricRegistry();
    private final ConnectionLimits limits = new ConnectionLimits("test", 3, 2, metrics);
    private final InetSocketAddress one = new InetSocketAddress("192.0.2.1", 1);
    private final InetSocketAddress sameHost = new InetSocketAddress("192.0.2.1", 2);
    private final InetSocketAddress other = new InetSocketAddress("192.0.2.2", 1);

    @Test
    void oneAddressLeavesRoomForTheOthers() {
        assertThat(limits.enter(one)).isTrue();
        assertThat(limits.enter(sameHost)).isTrue();
        assertThat(limits.enter(one)).isFalse();
        assertThat(limits.enter(other)).isTrue();
        assertThat(limits.enter(null)).isFalse();

        limits.leave(sameHost);

        assertThat(limits.enter(null)).isTrue();
        assertThat(limits.enter(one)).isFalse();
        assertThat(metrics.counter("krg.test.connections_refused_total").getCount()).isEqualTo(3);
        var present = Objects.requireNonNull(metrics.getGauges().get("krg.test.connections"));
        assertThat(present.getValue()).isEqualTo(3);
    }

    @Test
    void whatHasLeftIsForgotten() {
        for (var i = 0; i < 10; i++) {
            assertThat(limits.enter(one)).isTrue();
            limits.leave(one);
        }
        limits.close();
        assertThat(metrics.getGauges()).isEmpty();
    }
}
