// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPoolTest {
    @Test
    void itGivesOutAllButItsFirstAndItsLastAddress() {
        var pool = AddressPool.of("10.201.255.0/24");

        assertThat(pool.size()).isEqualTo(254);
        assertThat(pool.address(0)).hasToString("10.201.255.1");
        assertThat(pool.address(253)).hasToString("10.201.255.254");
        assertThatIllegalArgumentException().isThrownBy(() -> pool.address(254));
        assertThat(pool).hasToString("10.201.255.0/24");
    }

    @Test
    void itContainsWhatBeginsLikeIt() {
        var pool = AddressPool.of("200.0.0.0/8");

        assertThat(pool.contains(Ipv4Address.of("200.255.0.9"))).isTrue();
        assertThat(pool.contains(Ipv4Address.of("201.0.0.0"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.201.0.0",
                "10.201.0.0/",
                "10.201.0.0/x",
                "10.201.0.0/31",
                "10.0.0.0/7",
                "10.201.0.1/16",
                "10.201.0/16",
                "10.201.0.256/24",
                "10.201.00.0/16"
            })
    void whatIsNoPoolIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> AddressPool.of(text));
    }

    @Test
    void addressesAreOrderedAsNumbersWithoutASign() {
        assertThat(Ipv4Address.of("10.0.0.1")).isLessThan(Ipv4Address.of("200.0.0.1"));
    }
}
