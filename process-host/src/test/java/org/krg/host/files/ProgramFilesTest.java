// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.HostFailure;
import org.krg.host.ProgramQuestion;
import org.krg.host.engine.Checkpointing.LoneFile;
import org.krg.host.model.Footprint;
import org.krg.host.model.Obstacle;
import org.krg.policy.model.ProgramFacts.Presence;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;
import org.krg.state.model.Sha256;

final class ProgramFilesTest {
    private static final Identity ROOT = new Identity(0, 0, List.of(), "root");
    private static final Identity NOBODY = new Identity(65_534, 65_534, List.of(), "nobody");

    private final ProgramFiles programs = new ProgramFiles();

    @TempDir private Path directory;
    private Path tool = Path.of("/");

    @BeforeEach
    void oneTool() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        tool = Files.writeString(directory.resolve("tool"), "#!/bin/sh\n");
        mode("rwxr-xr-x");
    }

    @Test
    void aNameIsFoundInTheSearchPath() {
        var found = programs.resolve("tool", "/nowhere:" + directory, "/", ROOT);
        assertThat(found.executable()).isEqualTo(tool.toString());
    }

    @Test
    void aRelativePathStartsFromTheWorkingDirectory() {
        var found = programs.resolve("./tool", "", directory.toString(), ROOT);
        assertThat(found.executable()).isEqualTo(tool.toString());
    }

    @Test
    void aFileThatIsHeldAndTheSameHereIsInTheWay() throws IOException {
        var device = ((Number) Files.getAttribute(tool, "unix:dev")).longValue();
        var inode = ((Number) Files.getAttribute(tool, "unix:ino")).longValue();
        var here = new LoneFile("fd 3 of pid 300", tool.toString(), "lock", device, inode);
        var other = new LoneFile("fd 4 of pid 300", tool.toString(), "lock", device, inode + 1);
        var gone = new LoneFile("fd 5 of pid 300", "/none", "fifo", device, inode);
        var held = programs.identified(List.of(here, other, gone));

        var lacks =
                programs.lacks(
                        new NodeId("n2"),
                        new Footprint.Needs(List.of(), List.of(), ROOT, held, List.of(), 0));

        assertThat(lacks)
                .singleElement()
                .returns("fd 3 of pid 300", Obstacle::where)
                .extracting(Obstacle::what)
                .asString()
                .contains("a lock is held on " + tool, "node n2 shares");
    }

    @Test
    void whatIsNotThereIsNotFound() {
        assertThatThrownBy(() -> programs.resolve("none", directory.toString(), "/", ROOT))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        failure ->
                                assertThat(failure.code())
                                        .isEqualTo(HostFailure.Code.PROGRAM_NOT_FOUND));
    }

    @Test
    void whatMayNotBeExecutedIsSaidSo() throws IOException {
        mode("rw-r--r--");
        assertThatThrownBy(() -> programs.resolve("tool", directory.toString(), "/", ROOT))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        failure ->
                                assertThat(failure.code())
                                        .isEqualTo(HostFailure.Code.NOT_EXECUTABLE));
    }

    @Test
    void theModeCountsForTheUserWhoRunsIt() throws IOException {
        mode("rwxr-x---");
        assertThat(programs.probe(question(NOBODY)).presence()).isEqualTo(Presence.MISSING);
        assertThat(programs.probe(question(ROOT)).presence()).isEqualTo(Presence.SAME);
    }

    @Test
    void anotherFileOfTheSameNameIsDifferent() throws IOException {
        var question = question(ROOT);
        Files.writeString(tool, "#!/bin/sh\nexit 1\n");
        assertThat(programs.probe(question).presence()).isEqualTo(Presence.DIFFERENT);
    }

    @Test
    void aMissingWorkingDirectoryIsAReasonToo() {
        var known = question(ROOT);
        var asked = new ProgramQuestion(known.executable(), known.digest(), "/nowhere", ROOT);
        assertThat(programs.probe(asked).presence()).isEqualTo(Presence.MISSING);
    }

    @Test
    void aFileThatIsGoneIsMissing() {
        var asked = new ProgramQuestion("/nowhere/tool", new Sha256("0".repeat(64)), "/", ROOT);
        assertThat(programs.probe(asked).presence()).isEqualTo(Presence.MISSING);
    }

    private ProgramQuestion question(Identity user) {
        var digest = programs.resolve(tool.toString(), "", "/", ROOT).digest();
        return new ProgramQuestion(tool.toString(), digest, "/", user);
    }

    private void mode(String permissions) throws IOException {
        Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString(permissions));
    }
}
