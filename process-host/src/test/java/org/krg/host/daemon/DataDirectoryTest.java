// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.host.HostFailure;
import org.krg.host.daemon.DataDirectory.Identity;
import org.krg.state.model.NodeId;

final class DataDirectoryTest {
    @TempDir private Path directory;

    @Test
    void twoAgentsOnOneDirectoryAreRefused() {
        try (var _ = DataDirectory.take(directory)) {
            assertThatThrownBy(() -> DataDirectory.take(directory))
                    .isInstanceOf(HostFailure.class)
                    .hasMessageContaining("another agent runs on");
        }
        DataDirectory.take(directory).close();
    }

    @Test
    void whoTheNodeIsStaysThere() {
        var identity = new Identity(UUID.randomUUID(), new NodeId("n1"), 3, 2);
        try (var taken = DataDirectory.take(directory)) {
            assertThat(taken.findIdentity()).isEmpty();
            taken.identify(identity);
            taken.admitted();
        }
        try (var taken = DataDirectory.take(directory)) {
            assertThat(taken.findIdentity()).contains(identity);
            assertThat(taken.isAdmitted()).isTrue();
        }
    }

    @Test
    void whatAnEarlierVersionWroteHoldsNothingOfEarlierIncarnations() throws IOException {
        var cluster = UUID.randomUUID();
        try (var taken = DataDirectory.take(directory)) {
            Files.writeString(directory.resolve("identity/node"), cluster + " n1 3\n");
            assertThat(taken.findIdentity())
                    .contains(new Identity(cluster, new NodeId("n1"), 3, 3));
        }
    }

    /// What is in them is everybody's.
    @Test
    void nobodyElseIsLetIntoItsDirectories() throws IOException {
        var group = Files.createDirectories(directory.resolve("raft/group"));
        var store = Files.createDirectories(directory.resolve("store"));
        for (var each : List.of(group, group.getParent(), store)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }

        try (var taken = DataDirectory.take(directory)) {
            assertThat(List.of(group, group.getParent(), store, directory.resolve("log")))
                    .allSatisfy(it -> assertThat(mode(it)).isEqualTo("rwx------"));
            var made = Files.createDirectory(directory.resolve("made-later"));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
            taken.makePrivate();
            assertThat(mode(made)).isEqualTo("rwx------");
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void aBrokenIdentityIsNotGuessed() throws IOException {
        try (var taken = DataDirectory.take(directory)) {
            Files.writeString(directory.resolve("identity/node"), "what");
            assertThatThrownBy(taken::findIdentity).isInstanceOf(HostFailure.class);
        }
    }
}
