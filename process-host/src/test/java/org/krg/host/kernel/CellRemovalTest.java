// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.NOBODY;
import static org.krg.host.kernel.CellFixture.awaitExit;
import static org.krg.host.kernel.CellFixture.awaitOutput;
import static org.krg.host.kernel.CellFixture.spec;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.ProcessExit;

/// Cells with a directory of the user's are removed, whatever the user has made of it.
@Tag("root")
class CellRemovalTest {
    /// More bytes than a path may have, 4096.
    private static final String DEEP =
            """
            import os
            os.chdir(os.environ["KRG_STATE_DIR"])
            for level in range(30):
                os.mkdir("d" * 200)
                os.chdir("d" * 200)
            """;

    /// Puts links in the place of directories and back, over and over.
    private static final String EXCHANGE =
            """
            import ctypes, os, sys
            libc = ctypes.CDLL(None)
            places = [b"place%d" % number for number in range(50)]
            for place in places:
                os.mkdir(place)
                for number in range(50): open(os.path.join(place, b"%d" % number), "w").close()
                os.symlink(sys.argv[1], place + b"-link")
            print("ready", flush=True)
            while True:
                for place in places: libc.renameat2(-100, place, -100, place + b"-link", 2)
            """;

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    @Test
    void aTreeThatNoPathReachesTheEndOfIsRemoved() throws Exception {
        var cell = node.start(savingItself(List.of("python3", "-c", DEEP)));
        assertThat(awaitExit(cell)).isEqualTo(new ProcessExit.Exited(0));

        node.cells().destroy(ID);

        assertThat(cell.directory()).doesNotExist();
    }

    @Test
    void aCellWhoseAddressALossOfPowerTookIsRemoved() throws Exception {
        var cell = node.start(spec(List.of("true"), NOBODY, Stdin.EMPTY, false));
        awaitExit(cell);
        Files.writeString(cell.directory().resolve("address"), "");
        Files.writeString(cell.directory().resolve("pid"), "");

        node.cells().destroy(ID);

        assertThat(cell.directory()).doesNotExist();
    }

    @Test
    void aLinkInThePlaceOfADirectoryIsNotFollowed() throws Exception {
        var other = Files.createDirectory(node.config().lease().resolveSibling("other"));
        var kept = files(other);
        var cell = node.start(savingItself(List.of("sh", "-c", "echo up; exec sleep 1000")));
        awaitOutput(cell, "up");
        var outside = exchange(PagesSocket.state(cell.directory()), other);
        try {
            node.cells().destroy(ID);
        } finally {
            outside.destroyForcibly();
        }

        assertThat(cell.directory()).doesNotExist();
        assertThat(kept).allSatisfy(file -> assertThat(file).exists());
    }

    private static List<Path> files(Path directory) throws IOException {
        var files = new ArrayList<Path>();
        for (var number = 0; number < 100; number++) {
            files.add(Files.createFile(directory.resolve("file" + number)));
        }
        return files;
    }

    /// A process of the same user outside of the cell, which somebody in it has given its
    /// directory.
    private static Process exchange(Path state, Path target) throws IOException {
        var process =
                new ProcessBuilder(
                                "setpriv",
                                "--reuid=65534",
                                "--regid=65534",
                                "--clear-groups",
                                "/usr/bin/python3",
                                "-c",
                                EXCHANGE,
                                target.toString())
                        .directory(state.toFile())
                        .redirectErrorStream(true)
                        .start();
        var said = process.getInputStream().readNBytes("ready".length());
        assertThat(new String(said, StandardCharsets.UTF_8)).isEqualTo("ready");
        return process;
    }

    private static CellSpec savingItself(List<String> arguments) {
        var plain = spec(arguments, NOBODY, Stdin.EMPTY, false);
        return new CellSpec(
                plain.program(),
                plain.user(),
                plain.limits(),
                plain.stdin(),
                plain.exclusive(),
                Optional.empty(),
                true,
                Optional.empty());
    }
}
