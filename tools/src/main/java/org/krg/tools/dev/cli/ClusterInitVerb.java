// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.host.HostFailure;
import org.krg.host.daemon.ClusterKeys;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.NodeId;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.AgentFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `cluster init`
@Command
public final class ClusterInitVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "of the cluster")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String name = "";

    @Mixin private final NodeOptions options = new NodeOptions();

    @Option(
            names = "--member",
            paramLabel = "NODE=HOST:PORT",
            description =
                    "another of the first members, which vote, and where its Raft listens;"
                            + " repeatable")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private List<String> others = new ArrayList<>();

    @Option(
            names = "--id",
            paramLabel = "UUID",
            description = "of the cluster, on the second and later members")
    private @Nullable UUID id;

    public ClusterInitVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var config = options.config();
        var cluster = id == null ? UUID.randomUUID() : id;
        var settings = options.first(cluster, name, members());
        return Work.interruptibly(() -> {
            if (id == null) {
                AgentFiles.writeSettings(config, settings);
                makeKeys(cluster);
            } else {
                requireKeys();
                AgentFiles.writeSettings(config, settings);
            }
            tell(config, cluster);
            return ExitCode.OK;
        });
    }

    private void makeKeys(UUID cluster) {
        var keys = ClusterKeys.make(cluster);
        keys.give(options.data(), new NodeId(options.node()), options.listen(), true);
        for (var member : members()) {
            if (!member.node().name().equals(options.node())) {
                var there = NodeOptions.around(member.raft());
                keys.give(bundle(member.node()), member.node(), there, true);
            }
        }
    }

    /// The other members' keys, to be carried to them.
    private Path bundle(NodeId member) {
        return options.config().resolveSibling("keys-of-" + member.name());
    }

    private void requireKeys() {
        if (!ClusterKeys.areIn(options.data())) {
            throw new HostFailure(
                    HostFailure.Code.NOT_FOUND,
                    "there are no keys in " + options.data().resolve("tls"),
                    "copy keys-of-"
                            + options.node()
                            + "/tls there from the node where the cluster"
                            + " was made");
        }
    }

    private List<FirstMember> members() {
        var members = new ArrayList<FirstMember>();
        try {
            members.add(new FirstMember(new NodeId(options.node()), 1, options.raft()));
            for (var other : others) {
                var words = other.split("=", 2);
                var raft = words.length == 2 ? words[1] : "";
                members.add(new FirstMember(new NodeId(words[0]), 1, NodeOptions.parse(raft)));
            }
        } catch (IllegalArgumentException wrong) {
            throw NodeOptions.usage(wrong);
        }
        // Every member must know them in the same order.
        return members.stream().sorted((a, b) -> a.node().compareTo(b.node())).toList();
    }

    private void tell(Path config, UUID cluster) {
        terminal.say(
                "wrote %s, and keys and certificates to %s"
                        .formatted(config, options.data().resolve("tls")));
        terminal.say("  krg-admin agent run --config " + config + "   starts this node");
        if (id != null) {
            return;
        }
        terminal.say(
                "%s lets nodes join and renews their certificates; if it is lost, nothing does: keep"
                                .formatted(options.data().resolve("tls/ca.key"))
                        + " a copy away from this machine, and one in tls on another node.");
        if (others.isEmpty()) {
            terminal.say(
                    "This node is the only voter: the cluster does not survive its loss. For each"
                            + " other node a token is made here and used there:");
            terminal.say("  krg-admin cluster token create");
            terminal.say(
                    "  krg-admin cluster join %s --node NAME --token TOKEN"
                            .formatted(options.listen().api()));
        } else {
            terminal.say(
                    "Carry %s, which is secret, to each other member, its tls into the data directory there, and there:"
                            .formatted(bundle(new NodeId("name")).resolveSibling("keys-of-NAME")));
            terminal.say(
                    "  krg-admin cluster init --name %s --id %s --node NAME --member ... (all others)"
                            .formatted(name, cluster));
        }
    }
}
