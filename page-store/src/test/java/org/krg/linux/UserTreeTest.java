// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserTreeTest {
    private static final int DEEPER_THAN_A_PATH = 5_000;

    @TempDir Path parent;
    private Path tree = Path.of("");

    @BeforeEach
    void aTree() throws IOException {
        tree = Files.createDirectory(parent.resolve("tree"));
    }

    @Test
    void aTreeGoesWholeAndWhatItsLinksLeadToStays() throws IOException {
        var other = Files.createDirectory(parent.resolve("other"));
        var kept = Files.createFile(other.resolve("kept"));
        var below = Files.createDirectories(tree.resolve("a/b/c"));
        Files.createFile(below.resolve("file"));
        Files.createSymbolicLink(below.resolve("link"), other);
        Files.createSymbolicLink(tree.resolve("a/link"), other);
        Fifo.create(tree.resolve("a/fifo"), 0600);

        UserTree.remove(tree);
        UserTree.remove(tree);

        assertThat(tree).doesNotExist();
        assertThat(kept).exists();
    }

    @Test
    void aLinkInItsPlaceGoesAndNotWhatItLeadsTo() throws IOException {
        var kept = Files.createFile(tree.resolve("kept"));
        var link = Files.createSymbolicLink(parent.resolve("link"), tree);

        UserTree.remove(link);

        assertThat(link).doesNotExist();
        assertThat(kept).exists();
    }

    @Test
    void aTreeThatIsDeeperThanAPathIsLongGoesToo() throws IOException {
        for (var level = 0; level < DEEPER_THAN_A_PATH; level++) {
            var outer = Files.createDirectory(parent.resolve("outer"));
            Files.move(tree, outer.resolve("level"));
            Files.move(outer, tree);
        }

        UserTree.remove(tree);

        assertThat(tree).doesNotExist();
    }

    @Test
    void whatAnEarlierRemovalLeftGoes() throws IOException {
        Files.createDirectories(tree.resolve("removed-0/more/and/more"));
        Files.createDirectories(tree.resolve("z/y/x"));

        UserTree.remove(tree);

        assertThat(tree).doesNotExist();
    }

    @Test
    void namesThatAreNoTextAndDirectoriesThatMayNotBeWrittenGo() throws Exception {
        var script = "mkdir -p \"$(printf 'a\\377')/$(printf 'b\\377')/c\" shut/up/there";
        var shell =
                new ProcessBuilder("/bin/sh", "-c", script)
                        .directory(tree.toFile())
                        .inheritIO()
                        .start();
        assertThat(shell.waitFor()).isZero();
        Files.setPosixFilePermissions(
                tree.resolve("shut"), PosixFilePermissions.fromString("r-xr-xr-x"));

        UserTree.remove(tree);

        assertThat(tree).doesNotExist();
    }
}
