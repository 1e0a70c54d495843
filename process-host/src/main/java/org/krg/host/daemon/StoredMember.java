// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.krg.host.daemon.DataDirectory.Identity;
import org.krg.state.StorageDamaged;
import org.krg.state.core.StorageFindings;
import org.krg.state.engine.StoredRows;
import org.krg.state.ratis.files.MemberFile;
import org.krg.state.ratis.files.MemberFiles;
import org.krg.state.rocksdb.RocksStorage;

/// The storage of a member that does not run, read whole.
///
/// @param rows what the rows say; empty when there are none or they are damaged
record StoredMember(
        Identity identity, MemberFiles files, StorageFindings findings, Optional<StoredRows> rows) {

    static StoredMember read(Path data, Identity identity) {
        var files = new MemberFiles(data, identity.cluster());
        var peer = identity.node().name() + "." + identity.incarnation();
        Optional<StoredRows> rows = Optional.empty();
        Optional<String> damage = Optional.empty();
        var storage = new RocksStorage(data.resolve("store"));
        if (Files.exists(files.rows())) {
            try (var open = storage.openCopy(files.rows())) {
                open.verify();
                rows = Optional.of(StoredRows.of(open));
            } catch (StorageDamaged damaged) {
                damage = Optional.of(String.valueOf(damaged.getMessage()));
            }
        }
        try (var member = new MemberFile(data.resolve("identity"), identity.cluster(), peer)) {
            return new StoredMember(
                    identity,
                    files,
                    files.inspect(
                            member.readAcknowledged(),
                            rows.map(each -> each.position().index()).orElse(-1L),
                            damage,
                            storage::verifyTable),
                    rows);
        }
    }

    /// {@return the directory of the newest whole rows: the live ones or those of a snapshot}
    Path base() {
        var newest = files.snapshots();
        return newest.isEmpty() || findings.rows() >= newest.getLast().position().index()
                ? files.rows()
                : newest.getLast().directory();
    }

    ObjectNode view(ObjectNode view) {
        view.put("kind", "node")
                .put("cluster", identity.cluster().toString())
                .put("node", identity.node().name())
                .put("peerId", identity.node().name() + "." + identity.incarnation());
        view.putObject("log")
                .put("first", findings.logFirst())
                .put("last", findings.logLast())
                .put("acknowledged", findings.acknowledged());
        var snapshots = view.putArray("snapshots");
        findings.snapshots()
                .forEach(each ->
                        snapshots
                                .addObject()
                                .put("index", each.index())
                                .put("sound", each.damage().isEmpty()));
        rows.ifPresent(stored -> {
            view.putObject("rows")
                    .put("appliedIndex", stored.position().index())
                    .put("revision", stored.revision().value());
            view.put("digest", stored.hash().digest().hex());
        });
        var problems = view.putArray("problems");
        findings.problems().forEach(problems::add);
        return view;
    }
}
