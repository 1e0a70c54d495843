// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.List;
import org.krg.host.AgentSettings;
import org.krg.host.AgentSettings.CopySettings;
import org.krg.host.AgentSettings.ElectionSettings;
import org.krg.host.AgentSettings.EncryptionSettings;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostPort;

/// The text of an agent's settings file, as `SettingsFile` reads it back. What has its default
/// value is left out, addresses excepted.
final class SettingsText {
    private final StringBuilder text = new StringBuilder();

    private SettingsText() {}

    static String render(AgentSettings settings) {
        var file = new SettingsText();
        file.line("# Settings of the krg agent on node " + settings.node().name());
        // What stands before the first table belongs to no table.
        file.join(settings.join());
        file.cluster(settings);
        file.node(settings);
        file.listen(settings);
        file.lease(settings.lease());
        file.election(settings.election());
        if (!settings.cells().equals(AddressPool.DEFAULT)) {
            file.table("network").entry("cells", settings.cells());
        }
        file.checkpoint(settings);
        settings.criu().ifPresent(criu -> file.table("tools").entry("criu", criu));
        settings.members().forEach(file::member);
        return file.text.toString();
    }

    private void join(List<HostPort> apis) {
        if (!apis.isEmpty()) {
            var quoted = apis.stream().map(SettingsText::quoted).toList();
            line("join = [" + String.join(", ", quoted) + "]");
        }
    }

    private void cluster(AgentSettings settings) {
        var cluster = settings.cluster();
        table("cluster").entry("id", cluster.id()).entry("name", cluster.name());
    }

    private void node(AgentSettings settings) {
        var node = settings.node();
        table("node").entry("name", node.name()).entry("data", node.data());
        if (node.dev()) {
            line("dev = true");
        }
        if (node.cpuMillis() > 0) {
            line("cpus = %d.%03d".formatted(node.cpuMillis() / 1000, node.cpuMillis() % 1000));
        }
        if (node.memoryBytes() > 0) {
            entry("memory", node.memoryBytes() + "B");
        }
        if (node.segmentBytes() > 0) {
            entry("segments", node.segmentBytes() + "B");
        }
    }

    private void listen(AgentSettings settings) {
        var listen = settings.listen();
        table("listen")
                .entry("api", listen.api())
                .entry("raft", listen.raft())
                .entry("peer", listen.peer());
    }

    private void lease(LeaseSettings lease) {
        if (!lease.equals(LeaseSettings.DEFAULT)) {
            table("lease")
                    .entry("ttl", millis(lease.ttl()))
                    .entry("renew", millis(lease.renewEvery()))
                    .entry("freeze", millis(lease.freezeAfter()))
                    .entry("bound", millis(lease.bound()));
        }
    }

    private void election(ElectionSettings election) {
        if (!election.equals(ElectionSettings.DEFAULT)) {
            table("election")
                    .entry("min", millis(election.min()))
                    .entry("max", millis(election.max()));
            table("quorum")
                    .entry("voters", election.voters())
                    .entry("replace-after", millis(election.replaceAfter()))
                    .entry("sync-limit", millis(election.syncLimit()));
        }
    }

    private void checkpoint(AgentSettings settings) {
        var copies = settings.copies();
        var encryption = settings.encryption();
        if (!copies.equals(CopySettings.DEFAULT)
                || !encryption.equals(EncryptionSettings.DEFAULT)) {
            table("checkpoint");
        }
        if (!copies.equals(CopySettings.DEFAULT)) {
            entry("scrub-every", millis(copies.scrubEvery()));
            entry("scrub-rate", copies.scrubRate() + "B");
            entry("replace-after", millis(copies.replaceAfter()));
        }
        if (encryption.isOn()) {
            line("encrypt = true");
        }
        encryption.keys().ifPresent(keys -> entry("keys", keys));
    }

    private void member(FirstMember member) {
        line("");
        line("[[members]]");
        entry("name", member.node());
        line("incarnation = " + member.incarnation());
        entry("raft", member.raft());
    }

    private SettingsText table(String name) {
        line("");
        return line("[" + name + "]");
    }

    private SettingsText entry(String key, Object value) {
        return line(key + " = " + quoted(value));
    }

    private SettingsText line(String line) {
        text.append(line).append('\n');
        return this;
    }

    private static String millis(Duration duration) {
        return duration.toMillis() + "ms";
    }

    /// Every string of JSON is a basic string of TOML.
    private static String quoted(Object value) {
        return TextNode.valueOf(value.toString()).toString();
    }
}
