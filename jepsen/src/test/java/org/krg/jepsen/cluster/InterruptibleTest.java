// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.state.model.HostPort;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.ClientConfig;

final class InterruptibleTest {
    @AfterEach
    void forgetInterrupt() {
        var _ = Thread.interrupted();
    }

    @Test
    void workThatIsInterruptedInAPauseEndsAsBySigint() {
        Thread.currentThread().interrupt();

        assertThat(
                        Interruptible.perform(() -> {
                            Await.pause(Duration.ofMinutes(1));
                            return 0;
                        }))
                .isEqualTo(130);
    }

    @Test
    void workThatIsInterruptedWhileAnAgentIsAskedDoesToo() throws IOException {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = client(silent)) {
            Thread.currentThread().interrupt();

            assertThat(
                            Interruptible.perform(() -> {
                                client.get(ApiPath.of("status"));
                                return 0;
                            }))
                    .isEqualTo(130);
        }
    }

    private static ApiClient client(ServerSocket socket) {
        return new ApiClient(
                ClientConfig.of(List.of(new HostPort("127.0.0.1", socket.getLocalPort()))));
    }

    @Test
    void workThatFailsIsNotTakenForInterrupted() {
        assertThatThrownBy(() ->
                        Interruptible.perform(() -> {
                            throw new CampaignFailed("two programs at once");
                        }))
                .hasMessage("two programs at once");
    }
}
