// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.http.ApiFixture.submission;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.linux.Account;

@ExtendWith(SharedApi.class)
@Timeout(30)
final class AccessApiTest {
    private final ApiFixture api;

    AccessApiTest(ApiFixture api) {
        this.api = api;
    }

    @Test
    void theTokenIsMadeForItsOwnerAloneAndLetsIn() throws IOException {
        var file = api.directory.resolve("api-n1/identity/token");

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        var token = Files.readString(file).strip();
        assertThat(api.get("/v1/status", "Authorization", "Bearer " + token).status())
                .isEqualTo(200);
        assertThat(api.get("/v1/status", "Authorization", "Bearer wrong").status()).isEqualTo(403);
        assertThat(api.get("/v1/status", "Authorization", "Basic eDp5").status()).isEqualTo(403);
    }

    @Test
    void webPagesAreRefused() throws IOException {
        var origin = "Origin: http://evil.example";
        assertThat(raw("GET /v1/status HTTP/1.1", "Host: 127.0.0.1", origin)).contains(" 403 ");
        assertThat(raw("GET /v1/status HTTP/1.1", "Host: evil.example")).contains(" 403 ");
        assertThat(raw("GET /v1/status HTTP/1.1", "Host: localhost:7440")).contains(" 200 ");
        assertThat(raw("GET /v1/status HTTP/1.1", "Host: [::1]:7440", "Origin: http://[::1]:7440"))
                .contains(" 200 ");
    }

    @Test
    void onlyAgentsSayWhomTheySpeakFor() {
        assertThat(api.get("/v1/status", "Krg-Caller", "0:0").status()).isEqualTo(403);
        assertThat(api.agent.get("/v1/status", "Krg-Caller", "root").status()).isEqualTo(400);
        assertThat(api.agent.get("/v1/jobs", "Krg-Caller", "0:0", "Krg-Principal", "a b").status())
                .isEqualTo(400);
        var job =
                api.agent.post(
                        "/v1/jobs",
                        submission("for-nobody"),
                        "Krg-Caller",
                        "65534:65534,65534",
                        "Krg-Principal",
                        "root");
        assertThat(job.number("/spec/uid")).isEqualTo(65_534);
        assertThat(
                        api.agent
                                .post(
                                        "/v1/jobs",
                                        """
                                        {"command":["heat"],"workingDirectory":"/","user":"0"}
                                        """,
                                        "Krg-Caller",
                                        "65534:65534",
                                        "Krg-Principal",
                                        "root")
                                .status())
                .isEqualTo(403);
    }

    @Test
    void anotherUserIsRefusedWithoutAndRunsAsHimselfWithTheToken()
            throws IOException, InterruptedException {
        Assumptions.assumeTrue(Account.ownUid() == 0, "only root can become somebody else");
        var token = Files.readString(api.directory.resolve("api-n1/identity/token")).strip();

        var refused = asNobody("GET /v1/status HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n");
        assertThat(refused).contains(" 403 ");

        var let =
                asNobody(
                        "GET /v1/status HTTP/1.0\\r\\nHost: localhost\\r\\nAuthorization: Bearer "
                                + token
                                + "\\r\\n\\r\\n");
        assertThat(let).contains(" 200 ");
    }

    @Test
    void theUnixSocketKnowsItsPeer() throws IOException {
        var socket = api.directory.resolve("api-n1/api.sock");
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            var request = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n\r\n";
            assertThat(channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8))))
                    .isPositive();
            assertThat(reply(Channels.newInputStream(channel)))
                    .contains(" 200 ")
                    .contains("\"node\":\"n1\"");
        }
    }

    @Test
    void wrongMethodsTypesAndSizesAreToldLikeEverythingElse() {
        assertThat(api.delete("/v1/jobs").status()).isEqualTo(405);
        assertThat(api.delete("/v1/jobs").text("/error/code")).isEqualTo("USAGE");
        var noType = api.postRaw("/v1/jobs", "{}".getBytes(StandardCharsets.UTF_8));
        assertThat(noType.status()).isEqualTo(415);
        assertThat(noType.text("/error/code")).isEqualTo("USAGE");
        var large = api.post("/v1/jobs", " ".repeat((1 << 20) + 1));
        assertThat(large.status()).isEqualTo(413);
        assertThat(large.number("/error/exit")).isEqualTo(2);
        assertThat(api.post("/v1/jobs", "{}", "Krg-Request", "one").status()).isEqualTo(400);
        assertThat(api.post("/v1/jobs", "{}", "Krg-Request", "1:0").status()).isEqualTo(400);
    }

    private String raw(String... lines) throws IOException {
        try (var socket = new Socket(api.address().host(), api.address().port())) {
            var request = String.join("\r\n", lines) + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return reply(socket.getInputStream());
        }
    }

    /// Reads up to the end of the object that is the body.
    private static String reply(InputStream stream) throws IOException {
        var reply = new StringBuilder();
        var depth = 0;
        for (var next = stream.read(); next >= 0; next = stream.read()) {
            reply.append((char) next);
            depth += next == '{' ? 1 : next == '}' ? -1 : 0;
            if (next == '}' && depth == 0) {
                break;
            }
        }
        return reply.toString();
    }

    private String asNobody(String request) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(
                                "setpriv",
                                "--reuid=65534",
                                "--regid=65534",
                                "--clear-groups",
                                "bash",
                                "-c",
                                "exec 3<>/dev/tcp/%s/%s; printf '%s' >&3; head -n 1 <&3"
                                        .formatted(
                                                api.address().host(),
                                                api.address().port(),
                                                request))
                        .redirectErrorStream(true)
                        .start();
        var reply = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return reply;
    }
}
