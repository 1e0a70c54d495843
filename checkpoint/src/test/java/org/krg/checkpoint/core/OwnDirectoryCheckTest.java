// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.DirectoryContents.Directory;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.SavedFile.Source.ByPath;

final class OwnDirectoryCheckTest {
    private static final int ROOT_PID = 300;
    private static final DirectoryContents TEN_BYTES =
            contents(List.of(file("/state/a", 4), file("/state/b", 6)), List.of());

    @Test
    void filesOfAProgramThatCanBeAskedAreFine() {
        assertThat(OwnDirectoryCheck.savesItself("/state", TEN_BYTES, ROOT_PID, true, 10))
                .isEmpty();
        assertThat(OwnDirectoryCheck.blockers("/state", TEN_BYTES, ROOT_PID)).isEmpty();
        var nothing = contents(List.of(), List.of());
        assertThat(OwnDirectoryCheck.savesItself("/state", nothing, ROOT_PID, true, 0)).isEmpty();
    }

    @Test
    void aProgramThatCannotBeAskedIsToldHow() {
        var blockers = OwnDirectoryCheck.savesItself("/state", TEN_BYTES, ROOT_PID, false, 10);

        assertThat(blockers).containsExactly(OwnDirectoryCheck.unasked(ROOT_PID));
        assertThat(blockers.getFirst().remedy()).contains("krg_checkpoint_on");
    }

    @Test
    void moreBytesThanTheLimitAreTooMany() {
        assertThat(OwnDirectoryCheck.savesItself("/state", TEN_BYTES, ROOT_PID, true, 9))
                .extracting(Blocker::what, Blocker::remedy)
                .containsExactly(
                        tuple(
                                "files in KRG_STATE_DIR have 10 bytes, the limit is 9",
                                "Raise --file-limit of the job to 10 or more"));
    }

    @Test
    void whatCannotGoAlongIsNamed() {
        var odd = contents(List.of(), List.of("/state/device", "/state/pipe"));

        assertThat(OwnDirectoryCheck.blockers("/state", odd, ROOT_PID))
                .extracting(Blocker::what)
                .satisfiesExactly(
                        it -> assertThat(it).startsWith("/state/device cannot go along: it is no"),
                        it -> assertThat(it).startsWith("/state/pipe cannot go along: it is no"));
    }

    @Test
    void whatItsUserMayNotReadIsNamedUnlessItIsOpen() {
        var denied = List.of("/state/lock", "/state/secret");
        var own = contents(new Directory("/state", facts(0)), List.of(), List.of(), denied);

        var unread = own.readBy(List.of(file("/state/lock", 0)));

        assertThat(OwnDirectoryCheck.blockers("/state", unread, ROOT_PID))
                .extracting(Blocker::what, Blocker::remedy)
                .containsExactly(
                        tuple(
                                "/state/secret cannot go along: the program's user may not read it",
                                SavedFiles.DENIED_REMEDY));
    }

    @Test
    void aDirectoryThatItsUserMayNotReadIsNamed() {
        var own =
                new DirectoryContents(
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of("/state"));

        assertThat(OwnDirectoryCheck.blockers("/state", own, ROOT_PID))
                .extracting(Blocker::what)
                .containsExactly("/state cannot go along: the program's user may not read it");
    }

    @Test
    void aThousandNamesGoAlongAndNotOneMore() {
        assertThat(OwnDirectoryCheck.blockers("/state", many(1000), ROOT_PID)).isEmpty();
        assertThat(OwnDirectoryCheck.blockers("/state", many(1001), ROOT_PID))
                .extracting(Blocker::what)
                .containsExactly(
                        "/state, the job's own directory, has 1001 names, at most 1000 go along");
    }

    @Test
    void aDirectoryThatIsNotThereIsNamed() {
        assertThat(OwnDirectoryCheck.blockers("/state", DirectoryContents.NONE, ROOT_PID))
                .extracting(Blocker::what)
                .containsExactly("/state, the job's own directory, is not there, or no directory");
    }

    private static DirectoryContents many(int count) {
        var files = IntStream.range(0, count).mapToObj(i -> file("/state/" + i, 0)).toList();
        return contents(files, List.of());
    }

    private static DirectoryContents contents(List<SavedFile> files, List<String> others) {
        var itself = new Directory("/state", facts(0));
        return contents(itself, files, others, List.of());
    }

    private static DirectoryContents contents(
            Directory itself, List<SavedFile> files, List<String> others, List<String> denied) {
        return new DirectoryContents(
                Optional.of(itself), files, List.of(), List.of(), others, denied);
    }

    private static SavedFile file(String path, long sizeBytes) {
        return new SavedFile(path, new ByPath(), false, facts(sizeBytes));
    }

    private static FileFacts facts(long sizeBytes) {
        return new FileFacts(1, 7, 1, 0644, 0, 0, sizeBytes, Instant.EPOCH);
    }
}
