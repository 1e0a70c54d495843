// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.engine.Checkpointing.LonePath;
import org.krg.host.model.Footprint;
import org.krg.host.model.Footprint.NeededPath;
import org.krg.host.model.Footprint.NeededPath.Kind;
import org.krg.host.model.Obstacle;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;

/// The paths that a program needs, by files of this machine, which is source and target.
final class NeededPathsTest {
    private static final Identity NOBODY = new Identity(65534, 65534, List.of(), "nobody");

    @TempDir private Path directory;
    private final ProgramFiles programs = new ProgramFiles();

    @BeforeEach
    void everybodyMayEnter() throws IOException {
        mode(directory, "rwxr-xr-x");
    }

    @Test
    void whatIsHereAndLeftAsItIsIsNotInTheWay() throws IOException {
        var open = Files.createDirectory(directory.resolve("open"));
        mode(open, "rwxrwxrwx");
        var file = Files.createFile(open.resolve("log"));
        mode(file, "rw-rw-rw-");

        var needed =
                programs.needed(
                        List.of(
                                used(directory, Kind.WORKING_DIRECTORY),
                                used(open, Kind.SOCKET_DIRECTORY),
                                used(fifo(), Kind.FIFO),
                                used(file, Kind.WRITTEN)),
                        NOBODY);

        assertThat(needed).hasSize(4).allMatch(NeededPath::checked);
        assertThat(lacks(needed)).isEmpty();
    }

    @Test
    void whatIsMissingThereIsNamed() throws IOException {
        var gone = Files.createDirectory(directory.resolve("gone"));
        var fifo = fifo();
        var needed =
                programs.needed(
                        List.of(used(gone, Kind.WORKING_DIRECTORY), used(fifo, Kind.FIFO)), NOBODY);
        Files.delete(gone);
        Files.delete(fifo);
        Files.createFile(fifo);

        assertThat(lacks(needed))
                .extracting(Obstacle::what)
                .satisfiesExactly(
                        it -> assertThat(it).startsWith("has no directory " + gone),
                        it ->
                                assertThat(it)
                                        .startsWith("has a regular file, and no FIFO, at " + fifo));
    }

    @Test
    void rightsThatTheUserHasOnlyHereAreNamed() throws IOException {
        var inner = Files.createDirectory(directory.resolve("inner"));
        mode(inner, "rwxr-xr-x");
        var needed = programs.needed(List.of(used(inner, Kind.WORKING_DIRECTORY)), NOBODY);
        // The way there counts too.
        mode(directory, "rwx------");

        assertThat(lacks(needed))
                .singleElement()
                .extracting(Obstacle::what)
                .asString()
                .startsWith("does not let uid 65534 enter " + inner);
    }

    @Test
    void rightsThatTheUserHasNotByTheModeHereAreNotAskedFor() throws IOException {
        mode(directory, "rwx------");

        var needed = programs.needed(List.of(used(directory, Kind.WORKING_DIRECTORY)), NOBODY);

        assertThat(needed).singleElement().returns(false, NeededPath::checked);
        assertThat(lacks(needed)).isEmpty();
    }

    @Test
    void aFileThatGoesAlongCanBeMadeWhereItsUserMay() throws IOException {
        var open = Files.createDirectory(directory.resolve("open"));
        mode(open, "rwxrwxrwx");
        var file = Files.createFile(open.resolve("log"));
        mode(file, "rw-rw-rw-");
        var needed = programs.needed(List.of(used(file, Kind.WRITTEN)), NOBODY);
        Files.delete(file);
        assertThat(lacks(needed)).isEmpty();

        Files.delete(open);
        assertThat(lacks(needed))
                .singleElement()
                .extracting(Obstacle::what)
                .asString()
                .startsWith("does not let uid 65534 write " + file);
    }

    @Test
    void whatIsTheCellsOwnIsNotAskedFor() throws IOException {
        var here = used(directory, Kind.DIRECTORY);
        var other =
                new LonePath(
                        "pid 300",
                        here.path(),
                        here.kind(),
                        false,
                        here.device(),
                        here.inode() + 1);

        assertThat(programs.needed(List.of(other), NOBODY)).isEmpty();
    }

    private List<Obstacle> lacks(List<NeededPath> needed) {
        return programs.lacks(
                new NodeId("n2"),
                new Footprint.Needs(List.of(), List.of(), NOBODY, List.of(), needed, 0));
    }

    private static LonePath used(Path path, Kind kind) throws IOException {
        return new LonePath(
                "pid 300",
                path.toString(),
                kind,
                kind == Kind.WRITTEN,
                number(path, "dev"),
                number(path, "ino"));
    }

    private Path fifo() throws IOException {
        var fifo = directory.resolve("fifo");
        try {
            assertThat(new ProcessBuilder("mkfifo", "-m", "644", fifo.toString()).start().waitFor())
                    .isZero();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException(stop);
        }
        return fifo;
    }

    private static long number(Path path, String attribute) throws IOException {
        return ((Number) Files.getAttribute(path, "unix:" + attribute)).longValue();
    }

    private static void mode(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
}
