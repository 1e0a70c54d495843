// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.SavedFile.Source.ByPath;
import org.krg.checkpoint.model.TreePlaces;
import org.krg.checkpoint.model.TreePlaces.Directory;
import org.krg.checkpoint.model.TreeProcess;
import org.krg.checkpoint.model.UsedPath;
import org.krg.checkpoint.model.UsedPath.Kind;

final class UsedPathsTest {
    private static final TreePlaces HOME =
            new TreePlaces(
                    Map.of(300, new Directory("/home", 1, 10), 301, new Directory("/home", 1, 10)),
                    Map.of(77L, new Directory("/run/app", 1, 11)));

    @Test
    void aWorkingDirectoryIsNeededOnceForAllProcesses() {
        var paths =
                UsedPaths.of(tree(process(300), process(301)), HOME, List.of(), Optional.empty());

        assertThat(paths)
                .singleElement()
                .returns("/home", UsedPath::path)
                .returns(Kind.WORKING_DIRECTORY, UsedPath::kind)
                .returns(300, UsedPath::pid)
                .returns(10L, UsedPath::inode);
    }

    @Test
    void whatIsOpenByAPathIsNeededAndWhatHasNoneIsNot() {
        var process =
                process(
                        302,
                        file(3, "/srv", OpenFile.Type.DIRECTORY, false, 12),
                        file(4, "/srv/in", OpenFile.Type.PIPE, true, 13),
                        file(5, "pipe:[99]", OpenFile.Type.PIPE, true, 99),
                        file(6, "socket:[77]", OpenFile.Type.SOCKET, true, 77),
                        file(7, "socket:[78]", OpenFile.Type.SOCKET, true, 78),
                        file(8, "/etc/hosts", OpenFile.Type.REGULAR, false, 14),
                        file(9, "/dev/null", OpenFile.Type.CHARACTER_DEVICE, true, 15),
                        file(10, "anon_inode:[eventpoll]", OpenFile.Type.ANONYMOUS, true, 16));

        assertThat(UsedPaths.of(tree(process), HOME, List.of(), Optional.empty()))
                .extracting(it -> it.fd().orElse(-1), UsedPath::path, UsedPath::kind)
                .containsExactly(
                        tuple(3, "/srv", Kind.DIRECTORY),
                        tuple(4, "/srv/in", Kind.FIFO),
                        tuple(6, "/run/app", Kind.SOCKET_DIRECTORY));
    }

    @Test
    void aFileThatGoesAlongIsToBeWrittenThere() {
        var saved = new SavedFile("/srv/log", new ByPath(), true, facts(17));

        assertThat(UsedPaths.of(tree(process(302)), HOME, List.of(saved), Optional.empty()))
                .singleElement()
                .returns("/srv/log", UsedPath::path)
                .returns(Kind.WRITTEN, UsedPath::kind)
                .returns(17L, UsedPath::inode);
    }

    @Test
    void ofTheJobsOwnDirectoryNothingIsNeededButItself() {
        var process =
                process(
                        301,
                        file(3, "/home/job/runs", OpenFile.Type.DIRECTORY, false, 12),
                        file(4, "/home/jobs", OpenFile.Type.DIRECTORY, false, 13));
        var own = new DirectoryContents.Directory("/home/job", facts(18));
        var saved = new SavedFile("/home/job/log", new ByPath(), true, facts(17));

        assertThat(UsedPaths.of(tree(process), HOME, List.of(saved), Optional.of(own)))
                .extracting(UsedPath::path, UsedPath::kind, UsedPath::inode)
                .containsExactly(
                        tuple("/home/jobs", Kind.DIRECTORY, 13L),
                        tuple("/home/job", Kind.OWN_DIRECTORY, 18L),
                        tuple("/home", Kind.WORKING_DIRECTORY, 10L));
    }

    private static ProcessTree tree(TreeProcess... processes) {
        return new ProcessTree(300, List.of(processes), List.of(), List.of(), Optional.empty());
    }

    private static TreeProcess process(int pid, OpenFile... files) {
        return new TreeProcess(
                pid, 1_000 + pid, 1, "app", 1, false, 0, 0, List.of(files), List.of(), List.of());
    }

    private static OpenFile file(
            int fd, String target, OpenFile.Type type, boolean writable, long inode) {
        return new OpenFile(
                fd, target, type, true, writable, false, OpenFile.Lock.NONE, facts(inode));
    }

    private static FileFacts facts(long inode) {
        return new FileFacts(1, inode, 1, 0644, 0, 0, 0, Instant.EPOCH);
    }
}
