// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.krg.host.AgentSettings;
import org.krg.host.HostFailure;
import org.krg.host.daemon.DataDirectory.Identity;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.core.RepairRules;
import org.krg.state.core.RepairStep;
import org.krg.state.engine.Backup;
import org.krg.state.engine.Restore;
import org.krg.state.engine.Restore.Restored;
import org.krg.state.engine.StorageFailed;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.ratis.files.MemberFile;
import org.krg.state.ratis.files.MemberFiles;
import org.krg.state.rocksdb.RocksStorage;

/// What is done with the stored state of a node whose agent does not run: it is looked at, put
/// right, left behind, or made anew.
public final class StateFiles {
    private static final JsonMapper JSON = new JsonMapper();

    /// What belongs to a membership, below the data directory.
    private static final List<String> OF_A_MEMBERSHIP =
            List.of(
                    "raft",
                    "raft.lost",
                    "raft.removed",
                    "store",
                    // What is marked as synced is by versions of that log.
                    "synced",
                    "identity/member",
                    "identity/acknowledged",
                    "identity/admitted",
                    "identity/left",
                    "identity/others",
                    "identity/rejoin");

    private StateFiles() {}

    /// {@return what is in a backup, or in the data directory of a node, and what is damaged}
    public static ObjectNode inspect(Path path) {
        if (!Files.exists(path)) {
            throw new HostFailure(
                    HostFailure.Code.NOT_FOUND,
                    path + " is not there",
                    "name a backup or the data directory of a node (node.data)");
        }
        return telling(() -> Files.isDirectory(path) ? inspectNode(path) : inspectBackup(path));
    }

    private static ObjectNode inspectBackup(Path file) {
        var content = Backup.check(file);
        var header = content.header();
        var view =
                JSON.createObjectNode()
                        .put("kind", "backup")
                        .put("cluster", header.cluster().toString())
                        .put("taken", header.taken().toString())
                        .put("appliedIndex", header.position().index())
                        .put("revision", header.revision().value())
                        .put("bytes", content.bytes());
        var rows = view.putObject("rows");
        content.rows()
                .forEach(
                        (family, count) -> rows.put(family.name().toLowerCase(Locale.ROOT), count));
        view.putArray("problems");
        return view;
    }

    private static ObjectNode inspectNode(Path data) {
        try (var directory = DataDirectory.take(data)) {
            var identity = require(directory);
            var stored = StoredMember.read(data, identity);
            var plan = RepairRules.plan(stored.findings());
            var view = stored.view(JSON.createObjectNode());
            var steps = view.putArray("repair");
            plan.steps().forEach(step -> steps.add(sentence(step)));
            plan.impossible().ifPresent(why -> view.put("irreparable", why));
            return view;
        }
    }

    /// Puts the storage right where nothing that was agreed can be lost by it.
    ///
    /// @return `done`, what was done; `aside`, where what was moved is now
    public static ObjectNode repair(Path data) {
        return telling(() -> {
            try (var directory = DataDirectory.take(data)) {
                var identity = require(directory);
                var files = new MemberFiles(data, identity.cluster());
                var plan = RepairRules.plan(StoredMember.read(data, identity).findings());
                if (plan.impossible().isPresent()) {
                    throw new HostFailure(
                            HostFailure.Code.CORRUPT,
                            "it cannot be repaired: " + plan.impossible().get(),
                            "krg-admin state rejoin moves it aside and lets the node come back"
                                    + " with the data of the others");
                }
                var view = JSON.createObjectNode();
                var done = view.putArray("done");
                var aside = freeAside(data);
                for (var step : plan.steps()) {
                    files.carryOut(step, aside);
                    done.add(sentence(step));
                }
                if (Files.exists(aside)) {
                    view.put("aside", aside.toString());
                }
                return view;
            }
        });
    }

    private static String sentence(RepairStep step) {
        return switch (step) {
            case RepairStep.CutTail(var file, var whole) ->
                    "cut " + file + " to its " + whole + " bytes of whole entries";
            case RepairStep.PutAside(var directory, var why) ->
                    "move " + directory + " aside: " + why;
            case RepairStep.PutRowsAside(var why) ->
                    "move the rows aside, to be made anew of a snapshot and the log: " + why;
        };
    }

    /// Moves the storage of a membership aside and prepares the node to come back as the next
    /// incarnation, which gets the data of the others.
    ///
    /// @param join APIs of nodes of the cluster; none: those that the node knew last
    public static ObjectNode rejoin(AgentSettings settings, List<HostPort> join) {
        var data = settings.node().data();
        return telling(() -> {
            try (var directory = DataDirectory.take(data)) {
                var identity = require(directory);
                var next = identity.next();
                var asked = join.isEmpty() ? known(directory) : join;
                var aside = freeAside(data);
                // First who it will be: a crash in between must not bring the old one back.
                directory.identify(next);
                moveAside(data, aside);
                directory.rejoin(asked);
                var view =
                        JSON.createObjectNode()
                                .put("node", next.node().name())
                                .put("peerId", next.node().name() + "." + next.incarnation())
                                .put("aside", aside.toString());
                var joins = view.putArray("join");
                asked.forEach(each -> joins.add(each.toString()));
                return view;
            }
        });
    }

    // Asked for a second time, the node may not have started since the first.
    private static List<HostPort> known(DataDirectory directory) {
        var known = directory.remembered();
        var asked = known.isEmpty() ? directory.rejoins() : known;
        if (asked.isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    directory.path() + " does not say where other nodes of the cluster are",
                    "name some: --join HOST:PORT");
        }
        return asked;
    }

    /// Makes the first node of a cluster out of a backup or of what is left of a member. What the
    /// node has of a membership is moved aside; its certificates, checkpoints and cells stay.
    ///
    /// @param source a backup, or the data directory of a member that does not run, of this node
    ///   itself for example
    /// @param foreign whether the source may be of another cluster
    /// @return among others `aside`, where what was moved is now
    public static ObjectNode restore(AgentSettings settings, Path source, boolean foreign) {
        var data = settings.node().data();
        return telling(() -> {
            try (var directory = DataDirectory.take(data)) {
                var aside = freeAside(data);
                var own = Files.isDirectory(source) && Files.isSameFile(source, data);
                // Before anything is moved.
                var cluster = soundSource(settings, source, own, directory, foreign);
                leave(directory, aside);
                var storage = new RocksStorage(data.resolve("store"));
                var restored =
                        Files.isDirectory(source)
                                ? fromMember(own ? aside : source, storage)
                                : Restore.fromBackup(source, storage);
                var view = begin(settings, directory, cluster, storage, restored);
                if (Files.exists(aside)) {
                    view.put("aside", aside.toString());
                }
                return view;
            }
        });
    }

    /// {@return the cluster of a source that can be restored from}
    ///
    /// @param own whether it is the directory itself
    private static UUID soundSource(
            AgentSettings settings,
            Path source,
            boolean own,
            DataDirectory directory,
            boolean foreign) {
        if (own) {
            return requireSound(settings, source, require(directory), foreign);
        }
        if (Files.isDirectory(source)) {
            try (var other = DataDirectory.take(source)) {
                return requireSound(settings, source, require(other), foreign);
            }
        }
        var cluster = Backup.check(source).header().cluster();
        requireSameCluster(settings, cluster, foreign);
        return cluster;
    }

    private static UUID requireSound(
            AgentSettings settings, Path source, Identity identity, boolean foreign) {
        requireSameCluster(settings, identity.cluster(), foreign);
        var findings = StoredMember.read(source, identity).findings();
        var plan = RepairRules.plan(findings);
        if (!plan.steps().isEmpty() || plan.impossible().isPresent()) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT,
                    source + " is damaged: " + findings.problems().getFirst(),
                    "krg-admin state repair it first, or restore a backup");
        }
        return identity.cluster();
    }

    /// Moves what belongs to a membership aside, where it is a member's directory as it was.
    private static void leave(DataDirectory directory, Path aside) throws IOException {
        if (directory.findIdentity().isPresent()) {
            Files.createDirectories(aside.resolve("identity"));
            Files.copy(directory.path().resolve("identity/node"), aside.resolve("identity/node"));
        }
        moveAside(directory.path(), aside);
    }

    private static Restored fromMember(Path source, RocksStorage storage) {
        try (var directory = DataDirectory.take(source)) {
            var identity = require(directory);
            var stored = StoredMember.read(source, identity);
            var files = new MemberFiles(source, identity.cluster());
            return Restore.fromMember(stored.base(), files::replay, storage);
        }
    }

    private static ObjectNode begin(
            AgentSettings settings,
            DataDirectory directory,
            UUID source,
            RocksStorage storage,
            Restored restored) {
        var cluster = settings.cluster().id();
        var self = settings.node().name();
        var incarnation = incarnation(directory, restored, self);
        var peer = self.name() + "." + incarnation;
        // What is in the directory of another node, or of another cluster than what is restored,
        // is not what was agreed to be here.
        var heldSince =
                directory
                        .findIdentity()
                        .filter(it -> it.cluster().equals(source) && it.node().equals(self))
                        // An old disk has nothing of what later incarnations made.
                        .filter(it -> it.incarnation() == incarnation - 1)
                        .map(Identity::heldSince)
                        .orElse(incarnation);
        directory.identify(new Identity(cluster, self, incarnation, heldSince));
        new MemberFiles(directory.path(), cluster)
                .begin(
                        peer,
                        settings.listen().raft().toString(),
                        restored.position(),
                        place -> {
                            try (var rows = storage.open()) {
                                rows.checkpoint(place);
                            }
                        },
                        storage::verifyTable);
        try (var member = new MemberFile(directory.path().resolve("identity"), cluster, peer)) {
            member.join();
        }
        // It is a member already, and its settings may name others that are no more.
        directory.rejoin(List.of(settings.listen().api()));
        directory.admitted();
        return JSON.createObjectNode()
                .put("node", self.name())
                .put("peerId", peer)
                .put("sourceIndex", restored.source().index())
                .put("sourceRevision", restored.revision().value() - Restore.STRIDE)
                .put("revision", restored.revision().value());
    }

    private static long incarnation(DataDirectory directory, Restored restored, NodeId self) {
        var here = directory.findIdentity().map(Identity::incarnation).orElse(0L);
        var agreed = restored.image().nodes().find(self).map(row -> row.incarnation()).orElse(0L);
        return Math.max(here, agreed) + 1;
    }

    private static void requireSameCluster(AgentSettings settings, UUID source, boolean foreign) {
        if (!foreign && !source.equals(settings.cluster().id())) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "it is of cluster "
                            + source
                            + ", the settings are of "
                            + settings.cluster().id(),
                    "set cluster.id, or add --foreign to begin another cluster with its data");
        }
    }

    private static Identity require(DataDirectory directory) {
        return directory
                .findIdentity()
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.NOT_FOUND,
                                directory.path() + " belongs to no node: identity/node is missing",
                                "name the data directory of a node (node.data)"));
    }

    private static void moveAside(Path data, Path aside) throws IOException {
        for (var name : OF_A_MEMBERSHIP) {
            var from = data.resolve(name);
            if (Files.exists(from)) {
                var to = aside.resolve(name);
                Files.createDirectories(to.resolve("..").normalize());
                Files.move(from, to);
            }
        }
    }

    private static Path freeAside(Path data) {
        for (var number = 1; ; number++) {
            var candidate = data.resolve("aside-" + number);
            if (!Files.exists(candidate)) {
                return candidate;
            }
        }
    }

    private interface Work {
        ObjectNode done() throws IOException;
    }

    private static ObjectNode telling(Work work) {
        try {
            return work.done();
        } catch (StorageDamaged damaged) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT,
                    String.valueOf(damaged.getMessage()),
                    "docs/operations.md tells the ways back",
                    damaged);
        } catch (DiskFailed failed) {
            throw new HostFailure(
                    HostFailure.Code.DISK,
                    String.valueOf(failed.getMessage()),
                    failed.fault().remedy(),
                    failed);
        } catch (IOException | StorageFailed failed) {
            throw new HostFailure(
                    HostFailure.Code.FAILED, String.valueOf(failed.getMessage()), "", failed);
        }
    }
}
