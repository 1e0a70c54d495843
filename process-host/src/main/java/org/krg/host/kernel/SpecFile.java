// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.krg.host.model.CellId;
import org.krg.host.model.CellSpec;
import org.krg.host.model.Isolation;

/// Writes the file `spec` from which `krg-init` takes its orders: `key=value`, each ended by a zero
/// byte. The keys are listed in `krg-init.h`.
final class SpecFile {
    private static final String FILE = "spec";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private SpecFile() {}

    /// What is to happen in the cell.
    sealed interface Beginning {
        /// The program is started.
        record Start() implements Beginning {}

        /// A program will be put there by a restore.
        record Restore() implements Beginning {}
    }

    static void write(
            CellId id, CellsConfig config, CellSpec spec, Beginning beginning, Confinement place) {
        var cell = config.directory().resolve(id.toString());
        var file = new SpecFile();
        file.put("isolation", config.isolation() == Isolation.FULL ? "full" : "plain");
        switch (beginning) {
            case Beginning.Start() -> file.put("mode", "start");
            case Beginning.Restore() -> file.put("mode", "restore");
        }
        file.put("epoch", Long.toString(id.epoch()));
        file.put("lease", config.lease().toString());
        file.put("exclusive", spec.exclusive() ? "yes" : "no");
        spec.startBy().ifPresent(latest -> file.put("start-by", "" + latest.toNanos()));
        file.put("state", spec.savesItself() ? "yes" : "no");
        file.put("stdin", spec.stdin().name().toLowerCase(Locale.ROOT));
        file.putAll("init-cgroup", place.initGroups());
        file.putAll("app-cgroup", place.appGroups());
        file.put("uid", Integer.toString(spec.user().uid()));
        file.put("gid", Integer.toString(spec.user().gid()));
        file.putAll("group", spec.user().groups());
        var program = spec.program();
        file.put("umask", Integer.toOctalString(program.umask()));
        file.put("cwd", program.workingDirectory());
        for (var limit : program.rlimits()) {
            file.put("rlimit", limit.resource().number() + " " + limit.soft() + " " + limit.hard());
        }
        var preloading = Preloading.of(program.environment(), config);
        file.putAll("library", preloading.libraries());
        file.putAll("env", preloading.environment());
        var socket = PagesSocket.of(config);
        file.put("pages", socket.path().toString());
        if (Files.exists(config.kdat())) {
            file.put("kdat", config.kdat().toString());
        }
        spec.address().ifPresent(address -> file.put("env", "KRG_ADDRESS=" + address));
        file.put("env", "KRG_PAGES_SOCKET=" + socket.seenFromCells());
        file.put("env", "KRG_EPOCH_FILE=" + PagesSocket.streams(config, cell).resolve("epoch"));
        if (spec.savesItself()) {
            file.put("env", "KRG_STATE_DIR=" + PagesSocket.streams(config, cell).resolve("state"));
        }
        file.putAll("arg", program.arguments());
        file.writeTo(cell);
    }

    private void putAll(String key, List<?> values) {
        for (var value : values) {
            put(key, value.toString());
        }
    }

    private void put(String key, String value) {
        bytes.writeBytes((key + "=" + value + "\0").getBytes(StandardCharsets.UTF_8));
    }

    private void writeTo(Path cell) {
        var file = cell.resolve(FILE);
        try {
            // The environment may hold secrets.
            Files.deleteIfExists(file);
            var ownerOnly =
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------"));
            try (var channel =
                    Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            ownerOnly)) {
                channel.write(java.nio.ByteBuffer.wrap(bytes.toByteArray()));
            }
        } catch (IOException failure) {
            throw new CellFailed("cannot write " + file, failure);
        }
    }
}
