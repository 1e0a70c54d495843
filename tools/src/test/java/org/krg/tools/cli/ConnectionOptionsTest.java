// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Which agents a verb asks, and what it says of that choice where none of them answers.
final class ConnectionOptionsTest {
    @Test
    void whereNothingNamesAClusterTheAddressThatIsTriedIsExplained() {
        var agents = new ConnectionOptions().agents(terminal(), Optional::empty);

        assertThat(agents.endpoints()).hasToString("[127.0.0.1:7440]");
        assertThat(agents.why()).contains("no cluster is named", "no dev cluster");
        assertThat(agents.remedy()).contains("krg-admin dev up", "--endpoint", "KRG_ENDPOINT");
    }

    @Test
    void whoNamedTheAgentThatDoesNotAnswerIsTold() throws IOException {
        var nobody = nobody();

        var byVariable = new Cli().variable("KRG_ENDPOINT", nobody).run("ps");
        assertThat(byVariable.exit()).isEqualTo(ExitCode.NO_QUORUM);
        assertThat(byVariable.err())
                .contains("no agent answers: " + nobody + " connection refused")
                .contains("named by KRG_ENDPOINT");

        var byOption = new Cli().run("logs", "heat", "--endpoint", nobody);
        assertThat(byOption.exit()).isEqualTo(ExitCode.NO_QUORUM);
        assertThat(byOption.err()).contains(nobody, "named by --endpoint");
    }

    private static String nobody() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return "127.0.0.1:" + socket.getLocalPort();
        }
    }

    private static Terminal terminal() {
        var nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Terminal(
                InputStream.nullInputStream(), nowhere, nowhere, Map.of(), InstantSource.system());
    }
}
