// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class UploadPaceTest {
    @Test
    void whoSendsAByteNowAndThenIsGivenUp() {
        var slow = UploadPace.START;
        assertThat(slow.patience()).isEqualTo(UploadPace.PATIENCE);
        for (var sent = 0; sent < 2; sent++) {
            slow = slow.after(1, Duration.ofSeconds(29));
        }
        assertThat(slow.patience()).isEqualTo(Duration.ofSeconds(2));
        assertThat(slow.after(1, Duration.ofSeconds(9)).patience()).isEqualTo(Duration.ofMillis(1));
    }

    @Test
    void whoSendsMuchMayTakeItsTimeNowAndThen() {
        var steady = UploadPace.START;
        for (var sent = 0; sent < 1_000; sent++) {
            steady = steady.after(1 << 20, Duration.ofSeconds(15));
        }
        assertThat(steady.patience()).isEqualTo(UploadPace.PATIENCE);
    }
}
