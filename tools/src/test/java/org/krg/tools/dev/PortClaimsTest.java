// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/// Who gets a block of ports. The blocks are far from those of real clusters.
class PortClaimsTest {
    private static final int FIRST = 21_440;
    private static final int END = 32_000;

    @Test
    void ofTwoCommandsOneGetsABlock() throws Exception {
        try (var one = PortClaims.open();
                var other = PortClaims.open()) {
            var block = anyBlock(one);

            assertThat(other.take(block)).isFalse();
        }
    }

    @Test
    void aBlockCanBeHadAgainWhenTheCommandIsDone() throws Exception {
        int block;
        try (var one = PortClaims.open()) {
            block = anyBlock(one);
        }
        try (var other = PortClaims.open()) {
            assertThat(other.take(block)).isTrue();
        }
    }

    @Test
    void aBlockWithAPortThatSomethingListensOnIsTaken() throws Exception {
        int block;
        try (var one = PortClaims.open()) {
            block = anyBlock(one);
        }
        try (var claims = PortClaims.open();
                var _ = new ServerSocket(block + 3, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            assertThat(PortClaims.isFree(block + 3)).isFalse();
            assertThat(claims.take(block)).isFalse();
        }
        assertThat(PortClaims.isFree(block + 3)).isTrue();
    }

    private static int anyBlock(PortClaims claims) throws IOException {
        for (var block = FIRST; block < END; block += PortBlocks.STEP) {
            if (claims.take(block)) {
                return block;
            }
        }
        throw new IOException("no block of ports is free");
    }
}
