// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.MappedFile;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.TreeProcess;

final class RemovedFilesTest {
    private static final int USER = 1000;

    @Test
    void aLibraryThatWasReplacedIsInTheWayOnce() {
        var found =
                blockers(
                        List.of(), List.of(mapped("/usr/lib/x", 0, 0), mapped("/usr/lib/x", 0, 0)));
        assertThat(found)
                .singleElement()
                .returns(OptionalInt.empty(), Blocker::fd)
                .satisfies(it -> assertThat(it.what()).contains("/usr/lib/x was removed", "uid 0"))
                .satisfies(it -> assertThat(it.remedy()).contains("Start the program anew"));
    }

    @Test
    void aMappedFileWithAnotherNameIsInTheWay() {
        assertThat(blockers(List.of(), List.of(mapped("/home/ann/x", USER, 1))))
                .singleElement()
                .satisfies(it -> assertThat(it.what()).contains("exists under another"));
    }

    @Test
    void whatIsTheUsersComesBack() {
        assertThat(
                        blockers(
                                List.of(
                                        open(OpenFile.Type.REGULAR, USER),
                                        open(OpenFile.Type.DIRECTORY, USER)),
                                List.of(mapped("/home/ann/x", USER, 0))))
                .isEmpty();
    }

    @Test
    void whatIsSomebodyElsesDoesNot() {
        assertThat(
                        blockers(
                                List.of(
                                        open(OpenFile.Type.REGULAR, 1001),
                                        open(OpenFile.Type.DIRECTORY, 0)),
                                List.of()))
                .extracting(Blocker::fd)
                .containsExactly(OptionalInt.of(3), OptionalInt.of(3));
    }

    @Test
    void whatTheUserCouldNotMakeNowDoesNotComeBack() {
        assertThat(blockers(List.of(), List.of(mapped("/tmp/closed", USER, 0))))
                .singleElement()
                .satisfies(it -> assertThat(it.what()).contains("may make nothing"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/memfd:x", "/SYSV00000000", "/dev/zero", "/anon_hugepage"})
    void memoryHasNoFile(String target) {
        assertThat(blockers(List.of(), List.of(mapped(target, 0, 0)))).isEmpty();
    }

    private static List<Blocker> blockers(List<OpenFile> files, List<MappedFile> mapped) {
        var process =
                new TreeProcess(300, 10_300, 1, "a.out", 1, false, 0, 0, files, mapped, List.of());
        var tree = new ProcessTree(300, List.of(process), List.of(), List.of(), Optional.empty());
        return RemovedFiles.blockers(tree, USER, Set.of("/tmp/closed"));
    }

    private static OpenFile open(OpenFile.Type type, int uid) {
        return new OpenFile(
                3, "/tmp/x (deleted)", type, true, true, false, OpenFile.Lock.NONE, facts(uid, 0));
    }

    private static MappedFile mapped(String path, int uid, int links) {
        return new MappedFile("1000-2000", path + " (deleted)", true, facts(uid, links));
    }

    private static FileFacts facts(int uid, int links) {
        return new FileFacts(1, 7, links, 0644, uid, uid, 3, Instant.EPOCH);
    }
}
