// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.StoredBytes;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestMachine;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Taken;

/// A directory that is the job's own goes along with its program, whether its files are open or
/// not.
final class OwnDirectoryTest {
    /// Writes results into files that it closes, one a line of input.
    private static final String PROGRAM =
            """
            umask 022; mkdir -p runs/1 spare; chmod 750 spare
            exec 5>>log; echo begun >&5
            echo first >runs/1/out; ln -s runs/1/out latest; echo ready
            read x
            cat latest log runs/1/out >sum; echo going on >&5; echo done
            sleep 1000
            """;

    /// Random, so that it is stored as it is.
    private static final byte[] SECRET = new byte[512];

    static {
        new Random(1).nextBytes(SECRET);
    }

    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void goesAlongToWhereNothingOfItIs() throws IOException {
        var cell = start();
        var taken = pair.take(cell);
        TestMachine.run("sh", "-c", "rm -r '" + own() + "'/*");

        assertThat(finish(cell, taken)).isEqualTo("first\nbegun\nfirst\n");

        assertThat(Files.readSymbolicLink(own().resolve("latest"))).hasToString("runs/1/out");
        assertThat(mode("spare")).isEqualTo("rwxr-x---");
        assertThat(mode("runs/1")).isEqualTo("rwxr-xr-x");
        assertThat(Files.getAttribute(own().resolve("runs/1/out"), "unix:uid"))
                .isEqualTo(TestCell.NOBODY.uid());
    }

    @Test
    void isPutBackAsItWas() throws IOException {
        var cell = start();
        var taken = pair.take(cell);
        TestMachine.run(
                "sh",
                "-c",
                "cd '%s'; echo late >>log; rm latest; ln -s log latest; rmdir spare; echo x >spare; mkdir -p"
                                .formatted(own())
                        + " runs/2; echo second >runs/2/out; echo changed >runs/1/out; chown -R nobody .");

        assertThat(finish(cell, taken)).isEqualTo("first\nbegun\nfirst\n");

        assertThat(own().resolve("runs/2")).doesNotExist();
        assertThat(own().resolve("spare")).isEmptyDirectory();
        assertThat(Files.readString(own().resolve("log"))).isEqualTo("begun\ngoing on\n");
    }

    @Test
    void isInTheManifestByWhatItIs() {
        var taken = pair.take(start());

        var manifest = pair.home().checkpoints().inspect(taken.generation()).manifest();
        assertThat(manifest.entries())
                .filteredOn(entry -> entry.name().startsWith(own() + "/"))
                .extracting(entry -> entry.kind() + " " + name(entry))
                .containsExactly(
                        "DIRECTORY runs",
                        "DIRECTORY runs/1",
                        "DIRECTORY spare",
                        "APPENDED log",
                        "FILE runs/1/out",
                        "LINK latest");
    }

    @Test
    void aNameThatIsNoTextIsAnObstacleAndNotGarbled() throws IOException {
        var cell = start();
        TestMachine.run("sh", "-c", "cd '" + own() + "'; : >\"$(printf 'odd-\\377')\"");

        assertThatThrownBy(() -> pair.take(cell)).hasMessageContaining("name that is no text");
        assertThat(cell.isFrozen()).isFalse();
    }

    @Test
    void whatItsUserMayNotReadKeepsItFromBeingSaved() throws IOException {
        var cell = start();
        var secret = secret(own());

        assertThatThrownBy(() -> pair.take(cell))
                .hasMessageContaining(secret + " cannot go along: the program's user may not read");
        assertThat(cell.isFrozen()).isFalse();
        assertNothingKept();
    }

    @Test
    void aDirectoryAboveThatBecameALinkLeadsToNothingOfOthers() throws IOException {
        var others = Files.createDirectories(pair.machine().directory().resolve("others/job"));
        secret(others);
        var parent = Files.createDirectory(own().resolve("parent"));
        var job = Files.createDirectory(parent.resolve("job"));
        TestMachine.run("chown", "-R", "nobody", parent.toString());
        var cell = pair.start(spec().withOwnDirectory(job.toString()));
        cell.awaitLines(1);
        TestMachine.run("rm", "-r", parent.toString());
        Files.createSymbolicLink(parent, others.getParent());

        assertThatThrownBy(() -> pair.take(cell))
                .hasMessageContaining(job + "/secret cannot go along");
        assertThat(cell.isFrozen()).isFalse();
        assertNothingKept();
    }

    @Test
    void aDirectoryThatItsUserMayNotEnterIsNotLookedInto() throws IOException {
        var cell = start();
        var closed = Files.createDirectory(own().resolve("closed"));
        Files.createFile(closed.resolve("name"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwxr--r--"));

        assertThatThrownBy(() -> pair.take(cell))
                .hasMessageContaining(closed + " cannot go along")
                .hasMessageNotContaining(closed + "/name");
    }

    /// {@return a file of root's alone}
    private static Path secret(Path directory) throws IOException {
        var secret = directory.resolve("secret");
        Files.write(secret, SECRET);
        return Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    }

    private void assertNothingKept() throws IOException {
        for (var node : List.of(pair.home(), pair.away())) {
            assertThat(StoredBytes.with(SECRET, node.images())).isEmpty();
        }
    }

    private String finish(TestCell cell, Taken taken) throws IOException {
        var restored = pair.fail(cell, spec(), taken);
        restored.feed("\n");
        restored.awaitOutput("done");
        return Files.readString(own().resolve("sum"));
    }

    private TestCell start() {
        var cell = pair.start(spec());
        cell.awaitLines(1);
        return cell;
    }

    private TestCell.Spec spec() {
        return pair.spec("sh", "-c", PROGRAM)
                .withInput("open")
                .withOwnDirectory(pair.work().toString());
    }

    private Path own() {
        return pair.work();
    }

    private String name(Entry entry) {
        return own().relativize(Path.of(entry.name())).toString();
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(own().resolve(name)));
    }
}
