// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.AgentSettings;
import org.krg.host.AgentSettings.ClusterSettings;
import org.krg.host.AgentSettings.CopySettings;
import org.krg.host.AgentSettings.ElectionSettings;
import org.krg.host.AgentSettings.EncryptionSettings;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.AgentSettings.NodeSettings;
import org.krg.host.daemon.SettingsFile;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

class SettingsTextTest {
    private static final NodeId N1 = new NodeId("n1");
    private static final FirstMember MEMBER =
            new FirstMember(N1, 1, new HostPort("127.0.0.1", 7441));
    private static final FirstMember OTHER =
            new FirstMember(new NodeId("n2"), 1, new HostPort("127.0.0.1", 7451));

    @TempDir private Path directory;

    @Test
    void aMemberOfANewClusterIsReadBackAsItWas() throws Exception {
        var settings = settings(List.of(MEMBER, OTHER), List.of());

        assertThat(readBack(settings)).isEqualTo(settings);
    }

    @Test
    void aNodeThatJoinsIsReadBackAsItWas() throws Exception {
        var apis = List.of(new HostPort("127.0.0.1", 7440), new HostPort("localhost", 7450));
        var settings = settings(List.of(), apis);

        assertThat(readBack(settings)).isEqualTo(settings);
    }

    @Test
    void everySettingIsReadBackAsItWas() throws Exception {
        var settings =
                new AgentSettings(
                        directory,
                        new ClusterSettings(UUID.randomUUID(), "lab"),
                        new NodeSettings(N1, Path.of("/srv/krg"), false, 1_500, 3L << 30, 1L << 30),
                        AgentSettings.DEFAULT_LISTEN,
                        List.of(MEMBER),
                        List.of(),
                        new LeaseSettings(
                                Duration.ofSeconds(4),
                                Duration.ofMillis(800),
                                Duration.ofSeconds(3),
                                Duration.ofMillis(250)),
                        new ElectionSettings(
                                Duration.ofMillis(300),
                                Duration.ofMillis(600),
                                5,
                                Duration.ofSeconds(20),
                                Duration.ofSeconds(7)),
                        AddressPool.of("172.20.0.0/14"),
                        Optional.of(Path.of("/opt/criu/sbin/criu")),
                        new CopySettings(Duration.ofDays(1), 1 << 24, Duration.ofSeconds(90)),
                        new EncryptionSettings(true, Optional.of(Path.of("/run/keys/krg"))));

        assertThat(readBack(settings)).isEqualTo(settings);
    }

    @Test
    void whetherCheckpointsAreEncryptedIsReadBackAsItWas() throws Exception {
        var settings = settings(List.of(MEMBER), List.of());
        for (var encryption :
                List.of(
                        new EncryptionSettings(true, Optional.empty()),
                        new EncryptionSettings(true, Optional.of(Path.of("/run/keys/krg"))),
                        new EncryptionSettings(false, Optional.of(Path.of("/run/keys/krg"))))) {
            var wanted = settings.encrypting(encryption);
            assertThat(readBack(wanted)).isEqualTo(wanted).isNotEqualTo(settings);
        }
    }

    @Test
    void aPathMayContainWhateverAPathMayContain() throws Exception {
        var odd = Files.createDirectory(directory.resolve("a \"quoted\" \\ bäck\tslash"));
        var settings =
                new AgentSettings(
                        directory,
                        new ClusterSettings(UUID.randomUUID(), "lab"),
                        new NodeSettings(N1, odd, true, 0, 0, 0),
                        AgentSettings.DEFAULT_LISTEN,
                        List.of(MEMBER),
                        List.of(),
                        LeaseSettings.DEFAULT,
                        ElectionSettings.DEFAULT,
                        AddressPool.DEFAULT,
                        Optional.empty());

        assertThat(readBack(settings)).isEqualTo(settings);
    }

    private AgentSettings settings(List<FirstMember> members, List<HostPort> join) {
        return new AgentSettings(
                directory,
                new ClusterSettings(UUID.randomUUID(), "dev-1"),
                new NodeSettings(N1, directory.resolve("data"), true, 0, 0, 0),
                AgentSettings.DEFAULT_LISTEN,
                members,
                join,
                LeaseSettings.DEFAULT,
                ElectionSettings.DEFAULT,
                AddressPool.DEFAULT,
                Optional.empty());
    }

    private AgentSettings readBack(AgentSettings settings) throws IOException {
        var file = directory.resolve("krgd.toml");
        Files.writeString(file, SettingsText.render(settings));
        return SettingsFile.read(file, directory);
    }
}
