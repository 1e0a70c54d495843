// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.krg.state.Subcommand;

class BenchLinksCommandTest {
    private static final int ROUNDS = 200;

    @Test
    void everyRoundOfAnEchoIsTimed() throws IOException {
        for (var nanos : List.of(Echo.measure(ROUNDS), LinkEcho.measure(ROUNDS))) {
            assertThat(nanos).hasSize(ROUNDS);
            assertThat(Arrays.stream(nanos)).allMatch(it -> it > 0);
        }
        assertThat(Stream.measure(1 << 20)).isPositive();
    }

    @Test
    void itIsFoundByItsName() {
        assertThat(ServiceLoader.load(Subcommand.class))
                .anyMatch(it -> it.path().equals("bench links"));
    }
}
