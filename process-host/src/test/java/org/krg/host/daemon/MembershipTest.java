// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.AgentSettings;
import org.krg.host.AgentSettings.ClusterSettings;
import org.krg.host.AgentSettings.ElectionSettings;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.AgentSettings.NodeSettings;
import org.krg.host.HostFailure;
import org.krg.host.daemon.DataDirectory.Identity;
import org.krg.host.tls.Keys;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

class MembershipTest {
    private static final UUID CLUSTER = UUID.randomUUID();
    private static final NodeId SELF = new NodeId("n2");

    @TempDir private static Path keys;
    @TempDir private Path directory;

    @Test
    void aVoterOfANewClusterIsWhoItsSettingsSay() {
        try (var data = DataDirectory.take(directory)) {
            var identity = establish(settings(CLUSTER, SELF), data);

            assertThat(identity).isEqualTo(new Identity(CLUSTER, SELF, 4));
            assertThat(data.findIdentity()).contains(identity);
        }
    }

    @Test
    void whatTheDirectorySaysComesFirst() {
        try (var data = DataDirectory.take(directory)) {
            data.identify(new Identity(CLUSTER, SELF, 9));

            assertThat(establish(settings(CLUSTER, SELF), data).incarnation()).isEqualTo(9);
        }
    }

    @Test
    void aDirectoryOfAnotherNodeOrClusterIsNotTaken() {
        try (var data = DataDirectory.take(directory)) {
            data.identify(new Identity(CLUSTER, new NodeId("n7"), 1));
            assertThatThrownBy(() -> establish(settings(CLUSTER, SELF), data))
                    .isInstanceOf(HostFailure.class)
                    .hasMessageContaining("belongs to node n7");

            data.identify(new Identity(UUID.randomUUID(), SELF, 1));
            assertThatThrownBy(() -> establish(settings(CLUSTER, SELF), data))
                    .hasMessageContaining("not to node n2 of cluster " + CLUSTER);
        }
    }

    private static Identity establish(AgentSettings settings, DataDirectory data) {
        return Membership.establish(
                settings,
                data,
                new JoinClient(settings, new Keys(CLUSTER, keys).node("n2").mutual()));
    }

    private AgentSettings settings(UUID cluster, NodeId node) {
        return new AgentSettings(
                directory,
                new ClusterSettings(cluster, "lab"),
                new NodeSettings(node, directory, true, 0, 0, 0),
                AgentSettings.DEFAULT_LISTEN,
                List.of(new FirstMember(node, 4, new HostPort("127.0.0.1", 7441))),
                List.of(),
                LeaseSettings.DEFAULT,
                ElectionSettings.DEFAULT,
                AddressPool.DEFAULT,
                Optional.empty());
    }
}
