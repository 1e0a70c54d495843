// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.krg.host.AgentSettings;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.HostFailure;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

final class SettingsFileTest {
    private static final String LEAST =
            """
            members = [{name = "n1", incarnation = 1, raft = "127.0.0.1:7441"}]

            [cluster]
            id = "8c5f4f0e-8e3c-4a4e-9d0c-2d8a3a1f6b11"
            name = "lab"

            [node]
            name = "n1"
            data = "/var/lib/krg"
            """;

    @TempDir private Path directory;

    @Test
    void whatIsLeftOutHasItsDefault() throws IOException {
        var settings = read(LEAST);
        assertThat(settings.lease()).isEqualTo(LeaseSettings.DEFAULT);
        assertThat(settings.listen()).isEqualTo(AgentSettings.DEFAULT_LISTEN);
        assertThat(settings.node().dev()).isFalse();
        assertThat(settings.criu()).isEmpty();
        assertThat(settings.members())
                .containsExactly(
                        new FirstMember(new NodeId("n1"), 1, new HostPort("127.0.0.1", 7441)));
    }

    @Test
    void everythingCanBeSaid() throws IOException {
        var settings =
                read(
                        """
                        join = ["127.0.0.1:7440", "127.0.0.1:7450"]
                        [cluster]
                        id = "8c5f4f0e-8e3c-4a4e-9d0c-2d8a3a1f6b11"
                        name = "lab"
                        [node]
                        name = "n4"
                        data = "/tmp/n4"
                        dev = true
                        cpus = 1.5
                        memory = "2GiB"
                        [listen]
                        api = "127.0.0.1:1"
                        raft = "127.0.0.1:2"
                        peer = "127.0.0.1:3"
                        [lease]
                        ttl = "4s"
                        renew = "500ms"
                        freeze = "2.5s"
                        bound = "100ms"
                        [election]
                        min = "1s"
                        max = "2s"
                        [tools]
                        criu = "/opt/criu/criu"
                        """);
        assertThat(settings.join()).hasSize(2);
        assertThat(settings.node().cpuMillis()).isEqualTo(1_500);
        assertThat(settings.node().memoryBytes()).isEqualTo(2L << 30);
        assertThat(settings.lease().freezeAfter()).isEqualTo(Duration.ofMillis(2_500));
        assertThat(settings.election().max()).isEqualTo(Duration.ofSeconds(2));
        assertThat(settings.listen().peer().port()).isEqualTo(3);
        assertThat(settings.criu()).contains(Path.of("/opt/criu/criu"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nmae = \"x\" | krgd.toml:10:1: unknown key \"node.nmae\"",
                "[lease]\\nttl = \"10\" | krgd.toml:11:1: lease.ttl: a duration like",
                "[lease]\\nttl = \"3s\" | lease.ttl is at least one second longer",
                "[listen]\\napi = \"7440\" | listen.api: expected host:port",
                "[listen]\\napi = | krgd.toml:11",
                "[node2]\\nx = 1 | unknown key \"node2.x\"",
            })
    void whatIsWrongIsSaidWithItsPlace(String added, String message) throws IOException {
        var text = LEAST + added.replace("\\n", "\n");
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining(message);
    }

    @Test
    void anUnknownKeyNamesTheNearestOne() {
        assertThatThrownBy(() -> read(LEAST + "devv = true\n"))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        failure ->
                                assertThat(failure.remedy())
                                        .isEqualTo("did you mean \"node.dev\"?"));
    }

    @Test
    void aMissingKeyIsNamed() {
        assertThatThrownBy(() -> read("[node]\nname = \"n1\"\n"))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("\"cluster.id\" is missing");
    }

    @Test
    void aMissingFileIsSaidSo() {
        assertThatThrownBy(() -> SettingsFile.read(directory.resolve("none.toml"), directory))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("none.toml");
    }

    @Test
    void oneOfMembersAndJoinIsGiven() {
        assertThatThrownBy(() -> read("join = [\"127.0.0.1:1\"]\n" + LEAST))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("either members");
    }

    @Test
    void aDirectoryUnderTmpIsForDevelopersOnly() {
        assertThatThrownBy(() -> read(LEAST.replace("/var/lib/krg", "/tmp/krg")))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("only dev nodes");
    }

    private AgentSettings read(String text) throws IOException {
        var file = Files.writeString(directory.resolve("krgd.toml"), text);
        return SettingsFile.read(file, directory);
    }
}
