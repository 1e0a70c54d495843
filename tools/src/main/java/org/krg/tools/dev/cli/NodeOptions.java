// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.krg.host.AgentSettings;
import org.krg.host.AgentSettings.ClusterSettings;
import org.krg.host.AgentSettings.ElectionSettings;
import org.krg.host.AgentSettings.EncryptionSettings;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.AgentSettings.NodeSettings;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;
import picocli.CommandLine.Option;

/// Who a node is and where it listens: what the settings of every new agent need.
final class NodeOptions {
    private static final int RAFT = 1;
    private static final int PEER = 3;

    @Option(
            names = "--node",
            required = true,
            paramLabel = "NAME",
            description = "name of this node: lower-case letters, digits and dashes")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String node = "";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "where to write the settings (default: ${DEFAULT-VALUE})")
    private Path config = Path.of("/etc/krg/krgd.toml");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "directory of the node (default: ${DEFAULT-VALUE})")
    private Path data = Path.of("/var/lib/krg");

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description =
                    "where the API listens and others reach it; Raft takes the next port and"
                            + " the agents among themselves the third next (default:"
                            + " ${DEFAULT-VALUE})")
    private String listen = AgentSettings.DEFAULT_LISTEN.api().toString();

    @Option(names = "--dev", description = "one of several nodes on a developer's machine")
    private boolean dev;

    @Option(
            names = "--encrypt-checkpoints",
            description =
                    "encrypt the checkpoints that this node keeps; say it for all nodes or for none:"
                            + " one that encrypts has no copies made on one that does not")
    private boolean encrypts;

    /// {@return where to write the settings}
    Path config() {
        return config.toAbsolutePath().normalize();
    }

    /// {@return the directory of the node}
    Path data() {
        return data.toAbsolutePath().normalize();
    }

    /// {@return the name of the node}
    String node() {
        return node;
    }

    /// {@return where the node's Raft listens}
    HostPort raft() {
        return listen().raft();
    }

    /// {@return settings of a node that is one of the first members}
    AgentSettings first(UUID id, String name, List<FirstMember> members) {
        return settings(new ClusterSettings(id, name), members, List.of());
    }

    /// {@return settings of a node that joins a cluster}
    AgentSettings joining(UUID id, String name, List<HostPort> apis) {
        return settings(new ClusterSettings(id, name), List.of(), apis);
    }

    private AgentSettings settings(
            ClusterSettings cluster, List<FirstMember> members, List<HostPort> join) {
        try {
            return new AgentSettings(
                            KrgHome.require(),
                            cluster,
                            new NodeSettings(new NodeId(node), data(), dev, 0, 0, 0),
                            listen(),
                            members,
                            join,
                            LeaseSettings.DEFAULT,
                            ElectionSettings.DEFAULT,
                            AddressPool.DEFAULT,
                            Optional.empty())
                    .encrypting(new EncryptionSettings(encrypts, Optional.empty()));
        } catch (IllegalArgumentException wrong) {
            throw usage(wrong);
        }
    }

    /// {@return where the node listens}
    NodeAddresses listen() {
        var api = parse(listen);
        return new NodeAddresses(api, above(api, RAFT), above(api, PEER));
    }

    /// {@return the address that `text` writes}
    static HostPort parse(String text) {
        try {
            return HostPort.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw usage(wrong);
        }
    }

    static VerbFailed usage(IllegalArgumentException wrong) {
        return new VerbFailed(ExitCode.USAGE, String.valueOf(wrong.getMessage()), "");
    }

    /// {@return where a member listens whose Raft listens at `raft`, if its ports are the usual
    /// ones}
    static NodeAddresses around(HostPort raft) {
        return new NodeAddresses(above(raft, -RAFT), raft, above(raft, PEER - RAFT));
    }

    private static HostPort above(HostPort api, int more) {
        return new HostPort(api.host(), api.port() + more);
    }
}
