// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.AgentSettings.EncryptionSettings;
import org.krg.host.HostFailure;
import org.krg.state.model.HostPort;

/// The directory itself, and the commands on it that start nothing.
class DevDirectoryTest {
    private static final Path KRG_HOME = Path.of(System.getProperty("krg.root"));

    @TempDir private Path temporary;
    private DevDirectory directory;
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void makeDirectory() {
        directory = DevDirectory.at(temporary.resolve("dev"));
    }

    @Test
    void whatItConsistsOfIsReadBack() throws Exception {
        var cluster = write();

        assertThat(directory.cluster()).isEqualTo(cluster);
        assertThat(directory.endpoints())
                .containsExactly(new HostPort("127.0.0.1", 7440), new HostPort("127.0.0.1", 7450));
        assertThat(directory.isOurs()).isTrue();
    }

    @Test
    void aDirectoryWithoutAClusterIsSaid() {
        assertThatThrownBy(directory::cluster)
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("there is no dev cluster in " + directory);
    }

    @Test
    void aDamagedDescriptionIsSaid() throws Exception {
        write();
        Files.writeString(directory.path().resolve("cluster.json"), "{\"nodes\": [");

        assertThatThrownBy(directory::cluster)
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("cluster.json");
    }

    @Test
    void aNodeThatIsNotThereIsSaidWithThoseThatAre() throws Exception {
        var cluster = write();

        assertThatThrownBy(() -> cluster.require("n7"))
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        failure -> assertThat(failure.remedy()).contains("n1, n2"));
    }

    @Test
    void aDirectoryOfSomeoneElseIsNeitherUsedNorRemoved() throws Exception {
        Files.createDirectories(directory.path());
        Files.writeString(directory.path().resolve("thesis.tex"), "");

        assertConflict(() -> up().run(OptionalInt.empty()));
        assertConflict(() -> down().run(true));

        assertThat(directory.path().resolve("thesis.tex")).exists();
    }

    @Test
    void aDirectoryThatAnotherCommandChangesIsRefused() throws Exception {
        write();

        try (var _ = DirectoryLock.take(directory)) {
            assertConflict(() -> up().run(OptionalInt.empty()));
            assertConflict(() -> down().run(false));
            assertConflict(() -> new DevNodes(directory, KRG_HOME, told::add).start(List.of("n1")));
        }
        down().run(false);
    }

    @Test
    void anotherNumberOfNodesIsRefused() throws Exception {
        write();

        assertConflict(() -> up().run(OptionalInt.of(5)));
    }

    @Test
    void aClusterThatDoesNotEncryptIsNotTakenForOneThatDoes() throws Exception {
        var cluster = write();
        for (var node : cluster.nodes()) {
            Files.createDirectories(directory.home(node.name()));
            Files.writeString(
                    directory.settings(node.name()),
                    """
                    join = ["127.0.0.1:1"]
                    [cluster]
                    id = "%s"
                    [node]
                    name = "%s"
                    dev = true
                    """
                            .formatted(cluster.id(), node.name()));
        }
        var wanted = new DevShape(new EncryptionSettings(true, Optional.empty()), false);

        assertConflict(
                () -> new DevUp(directory, KRG_HOME, told::add, wanted).run(OptionalInt.empty()));
    }

    @Test
    void downWorksOnWhatAnInterruptedUpLeftAndTwice() throws Exception {
        Files.createDirectories(directory.home("n1"));
        Files.createDirectories(directory.data("n1").resolve("tls"));

        down().run(true);
        down().run(true);

        assertThat(directory.path()).doesNotExist();
        assertThat(told).contains("removed " + directory, "there is nothing in " + directory);
    }

    /// As deep as the program of a cell can make it.
    @Test
    void whatProgramsLeftIsRemovedHoweverDeepItIs() throws Exception {
        var state = Files.createDirectories(directory.data("n1").resolve("cells/1.1/io/state"));
        var deep = Files.createDirectory(temporary.resolve("deep"));
        for (var level = 0; level < 5_000; level++) {
            var outer = Files.createDirectory(temporary.resolve("outer"));
            Files.move(deep, outer.resolve("level"));
            Files.move(outer, deep);
        }
        Files.move(deep, state.resolve("deep"));

        down().run(true);

        assertThat(directory.path()).doesNotExist();
    }

    @Test
    void aDirectoryIsTheSameOneWhateverLinksLeadToIt() throws Exception {
        var home = Files.createDirectory(temporary.resolve("home"));
        var link = Files.createSymbolicLink(temporary.resolve("link"), home);
        var before = DevDirectory.at(link.resolve("dev")).path();
        Files.createDirectories(home.resolve("dev/nodes"));
        var itself = Files.createSymbolicLink(temporary.resolve("itself"), home.resolve("dev"));

        assertThat(before).isEqualTo(home.resolve("dev"));
        for (var named : List.of(link.resolve("dev"), itself, link.resolve("dev/../dev"))) {
            assertThat(DevDirectory.at(named).path()).isEqualTo(before);
        }

        new DevDown(DevDirectory.at(itself), KRG_HOME, told::add).run(true);

        assertThat(home.resolve("dev")).doesNotExist();
    }

    @Test
    void aDirectoryThatOthersMayWriteToIsRefused() throws Exception {
        write();
        Files.setPosixFilePermissions(
                directory.path(), PosixFilePermissions.fromString("rwxrwxrwx"));

        assertNotOwn();
    }

    @Test
    @Tag("root")
    void aDirectoryOfAnotherUserIsRefused() throws Exception {
        write();
        Files.setAttribute(directory.path(), "unix:uid", 65534);

        assertNotOwn();
    }

    private void assertNotOwn() {
        for (var command :
                List.<ThrowingCallable>of(
                        () -> up().run(OptionalInt.empty()),
                        () -> down().run(true),
                        () -> new DevNodes(directory, KRG_HOME, told::add))) {
            assertThatThrownBy(command)
                    .isInstanceOfSatisfying(
                            HostFailure.class,
                            failure ->
                                    assertThat(failure.code())
                                            .isEqualTo(HostFailure.Code.NOT_PERMITTED));
        }
        assertThat(directory.path().resolve("cluster.json")).exists();
    }

    @Test
    void namesThatWouldLeadElsewhereAreNoClusterAndNoNode() throws Exception {
        write();
        var facts = directory.path().resolve("cluster.json");
        var text = Files.readString(facts);

        for (var wrong :
                List.of(
                        text.replace("\"dev-0123abcd\"", "\"..\""),
                        text.replace("\"dev-0123abcd\"", "\"\""),
                        text.replace("\"dev-0123abcd\"", "7"),
                        text.replace("\"n1\"", "\"../n1\""))) {
            Files.writeString(facts, wrong);
            assertThatThrownBy(directory::cluster)
                    .isInstanceOfSatisfying(
                            HostFailure.class,
                            failure ->
                                    assertThat(failure.code()).isEqualTo(HostFailure.Code.CORRUPT));
        }
    }

    @Test
    void threeOfFourNodesVoteAndFiveOfSeven() {
        assertThat(List.of(1, 2, 3, 4, 5, 7)).map(DevUp::voters).containsExactly(1, 2, 3, 3, 5, 5);
    }

    private DevCluster write() throws Exception {
        Files.createDirectories(directory.path());
        var listen = PortBlocks.pick(2, _ -> true);
        var cluster =
                new DevCluster(
                        UUID.randomUUID(),
                        "dev-0123abcd",
                        false,
                        List.of(
                                new DevNode("n1", true, listen.getFirst()),
                                new DevNode("n2", false, listen.getLast())));
        directory.write(cluster);
        return cluster;
    }

    private DevUp up() {
        return new DevUp(directory, KRG_HOME, told::add);
    }

    private DevDown down() {
        return new DevDown(directory, KRG_HOME, told::add);
    }

    private static void assertConflict(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        HostFailure.class,
                        failure -> assertThat(failure.code()).isEqualTo(HostFailure.Code.CONFLICT));
    }
}
