// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.krg.host.AgentSettings;
import org.krg.host.AgentSettings.ClusterSettings;
import org.krg.host.AgentSettings.CopySettings;
import org.krg.host.AgentSettings.ElectionSettings;
import org.krg.host.AgentSettings.EncryptionSettings;
import org.krg.host.AgentSettings.LeaseSettings;
import org.krg.host.AgentSettings.NodeSettings;
import org.krg.host.HostFailure;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.model.AddressPool;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeAddresses;
import org.krg.state.model.NodeId;
import org.tomlj.Toml;
import org.tomlj.TomlParseResult;
import org.tomlj.TomlPosition;
import org.tomlj.TomlTable;

/// Reads the settings of an agent from a TOML file. What is wrong is said with its line and column;
/// a key that is not known is an error that names the nearest one.
public final class SettingsFile {
    private static final List<String> KEYS =
            List.of(
                    "cluster.id",
                    "cluster.name",
                    "node.name",
                    "node.data",
                    "node.dev",
                    "node.cpus",
                    "node.memory",
                    "node.segments",
                    "listen.api",
                    "listen.raft",
                    "listen.peer",
                    "members",
                    "join",
                    "lease.ttl",
                    "lease.renew",
                    "lease.freeze",
                    "lease.bound",
                    "election.min",
                    "election.max",
                    "quorum.voters",
                    "quorum.replace-after",
                    "quorum.sync-limit",
                    "network.cells",
                    "tools.criu",
                    "checkpoint.scrub-every",
                    "checkpoint.scrub-rate",
                    "checkpoint.replace-after",
                    "checkpoint.encrypt",
                    "checkpoint.keys");
    private static final List<String> MEMBER_KEYS = List.of("name", "incarnation", "raft");

    private final Path file;
    private final TomlParseResult toml;

    private SettingsFile(Path file, TomlParseResult toml) {
        this.file = file;
        this.toml = toml;
    }

    /// {@return the settings in `file`}
    ///
    /// @param home the checkout or installation krg runs from
    public static AgentSettings read(Path file, Path home) {
        var settings = new SettingsFile(file, parse(file));
        settings.refuseErrors();
        settings.refuseUnknownKeys();
        return settings.settings(home);
    }

    private static TomlParseResult parse(Path file) {
        try {
            return Toml.parse(file);
        } catch (IOException failure) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "cannot read the settings in " + file + ": " + reason(failure),
                    "give the file with --config; `krg-admin cluster init` writes one",
                    failure);
        }
    }

    private static String reason(IOException failure) {
        return Files.exists(Path.of(String.valueOf(failure.getMessage())))
                ? failure.toString()
                : "there is no such file";
    }

    private void refuseErrors() {
        if (toml.hasErrors()) {
            var first = toml.errors().getFirst();
            throw wrong(first.position(), String.valueOf(first.getMessage()), "");
        }
    }

    private void refuseUnknownKeys() {
        for (var path : toml.keyPathSet(false)) {
            var key = String.join(".", path);
            if (!KEYS.contains(key)) {
                throw wrong(
                        toml.inputPositionOf(path),
                        "unknown key \"" + key + "\"",
                        "did you mean \"" + nearest(key, KEYS) + "\"?");
            }
        }
    }

    private AgentSettings settings(Path home) {
        try {
            return new AgentSettings(
                    home,
                    new ClusterSettings(
                            value("cluster.id", UUID::fromString),
                            value("cluster.name", name -> name, "krg")),
                    new NodeSettings(
                            value("node.name", NodeId::new),
                            value("node.data", this::path, Path.of("/var/lib/krg")),
                            flag("node.dev"),
                            value("node.cpus", Quantity::cpuMillis, 0L),
                            value("node.memory", Quantity::bytes, 0L),
                            value("node.segments", Quantity::bytes, 0L)),
                    addresses(),
                    members(),
                    join(),
                    lease(),
                    election(),
                    value("network.cells", AddressPool::of, AddressPool.DEFAULT),
                    find("tools.criu").map(text -> parse("tools.criu", text, this::path)),
                    copies(),
                    new EncryptionSettings(
                            flag("checkpoint.encrypt"),
                            find("checkpoint.keys")
                                    .map(text -> parse("checkpoint.keys", text, this::path))));
        } catch (IllegalArgumentException broken) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    file + ": " + broken.getMessage(),
                    "correct the file and start the agent again",
                    broken);
        }
    }

    private NodeAddresses addresses() {
        var preset = AgentSettings.DEFAULT_LISTEN;
        return new NodeAddresses(
                value("listen.api", Quantity::address, preset.api()),
                value("listen.raft", Quantity::address, preset.raft()),
                value("listen.peer", Quantity::address, preset.peer()));
    }

    private LeaseSettings lease() {
        var preset = LeaseSettings.DEFAULT;
        return new LeaseSettings(
                value("lease.ttl", Quantity::duration, preset.ttl()),
                value("lease.renew", Quantity::duration, preset.renewEvery()),
                value("lease.freeze", Quantity::duration, preset.freezeAfter()),
                value("lease.bound", Quantity::duration, preset.bound()));
    }

    private ElectionSettings election() {
        var preset = ElectionSettings.DEFAULT;
        return new ElectionSettings(
                value("election.min", Quantity::duration, preset.min()),
                value("election.max", Quantity::duration, preset.max()),
                value("quorum.voters", Integer::parseInt, preset.voters()),
                value("quorum.replace-after", Quantity::duration, preset.replaceAfter()),
                value("quorum.sync-limit", Quantity::duration, preset.syncLimit()));
    }

    private CopySettings copies() {
        var preset = CopySettings.DEFAULT;
        return new CopySettings(
                value("checkpoint.scrub-every", Quantity::duration, preset.scrubEvery()),
                value("checkpoint.scrub-rate", Quantity::bytes, preset.scrubRate()),
                value("checkpoint.replace-after", Quantity::duration, preset.replaceAfter()));
    }

    private List<FirstMember> members() {
        return elements("members").stream().map(this::member).toList();
    }

    private FirstMember member(Object element) {
        if (!(element instanceof TomlTable table)) {
            throw wrong(
                    toml.inputPositionOf("members"),
                    "members is a list of tables {name, incarnation, raft}",
                    "");
        }
        for (var key : table.keySet()) {
            if (!MEMBER_KEYS.contains(key)) {
                throw wrong(
                        toml.inputPositionOf("members"),
                        "unknown key \"" + key + "\" in members",
                        "did you mean \"" + nearest(key, MEMBER_KEYS) + "\"?");
            }
        }
        return new FirstMember(
                parse("members", text(table, "name"), NodeId::new),
                parse("members", text(table, "incarnation"), Long::parseLong),
                parse("members", text(table, "raft"), Quantity::address));
    }

    private String text(TomlTable table, String key) {
        return Optional.ofNullable(table.get(key))
                .map(Object::toString)
                .orElseThrow(() ->
                        wrong(
                                toml.inputPositionOf("members"),
                                "a member lacks \"" + key + "\"",
                                ""));
    }

    private List<HostPort> join() {
        return elements("join").stream()
                .map(element -> parse("join", element.toString(), Quantity::address))
                .toList();
    }

    private List<Object> elements(String key) {
        if (!toml.contains(key)) {
            return List.of();
        }
        if (!toml.isArray(key)) {
            throw wrong(toml.inputPositionOf(key), key + " is a list", "");
        }
        return toml.getArrayOrEmpty(key).toList();
    }

    private boolean flag(String key) {
        return value(
                key,
                text ->
                        switch (text) {
                            case "true" -> true;
                            case "false" -> false;
                            default ->
                                    throw new IllegalArgumentException(
                                            "true or false, not \"" + text + "\"");
                        },
                false);
    }

    private Path path(String text) {
        return file.toAbsolutePath().resolveSibling(text).normalize();
    }

    private <T> T value(String key, Quantity.Parser<T> parser, T preset) {
        return find(key).map(text -> parse(key, text, parser)).orElse(preset);
    }

    private <T> T value(String key, Quantity.Parser<T> parser) {
        return find(key)
                .map(text -> parse(key, text, parser))
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.USAGE,
                                file + ": \"" + key + "\" is missing",
                                "`krg-admin cluster init` and `cluster join` write it"));
    }

    private Optional<String> find(String key) {
        return Optional.ofNullable(toml.get(key)).map(Object::toString);
    }

    private <T> T parse(String key, String text, Quantity.Parser<T> parser) {
        try {
            return parser.parse(text);
        } catch (IllegalArgumentException broken) {
            throw wrong(toml.inputPositionOf(key), key + ": " + broken.getMessage(), "");
        }
    }

    private HostFailure wrong(@Nullable TomlPosition at, String what, String remedy) {
        var where = at == null ? "" : ":" + at.line() + ":" + at.column();
        return new HostFailure(HostFailure.Code.USAGE, file + where + ": " + what, remedy);
    }

    private static String nearest(String key, List<String> known) {
        return known.stream()
                .min(Comparator.comparingInt(candidate -> distance(key, candidate)))
                .orElseThrow();
    }

    /// Levenshtein's distance: how many letters to add, drop or replace.
    private static int distance(String one, String other) {
        var row = new int[other.length() + 1];
        for (var column = 0; column <= other.length(); column++) {
            row[column] = column;
        }
        for (var line = 1; line <= one.length(); line++) {
            var diagonal = row[0];
            row[0] = line;
            for (var column = 1; column <= other.length(); column++) {
                var replaced =
                        diagonal + (one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.min(replaced, Math.min(row[column], row[column - 1]) + 1);
            }
        }
        return row[other.length()];
    }
}
