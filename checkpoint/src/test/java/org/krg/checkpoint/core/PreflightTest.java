// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.params.provider.Arguments.arguments;
import static org.krg.checkpoint.model.OpenFile.Lock.NONE;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.Endpoint;
import org.krg.checkpoint.model.FileFacts;
import org.krg.checkpoint.model.Inspection;
import org.krg.checkpoint.model.MappedFile;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.ProcessTree.SharedFile;
import org.krg.checkpoint.model.ProcessTree.UnixConnection;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.SavedFile.Source.ByPath;
import org.krg.checkpoint.model.SavedFile.Source.Held;
import org.krg.checkpoint.model.SavedFile.Source.WriteOnly;
import org.krg.checkpoint.model.Sharing;
import org.krg.checkpoint.model.SocketKind;
import org.krg.checkpoint.model.TcpSocket;
import org.krg.checkpoint.model.TreeProcess;

final class PreflightTest {
    private static final Inspection ALONE =
            new Inspection(List.of(), List.of(), List.of(), List.of());
    private static final Preflight.Limits LIMITS = new Preflight.Limits(1000, 100);

    static Stream<Arguments> unsupported() {
        return Stream.of(
                arguments("anon_inode:[io_uring]", OpenFile.Type.ANONYMOUS, "io_uring"),
                arguments("anon_inode:[userfaultfd]", OpenFile.Type.ANONYMOUS, "userfaultfd"),
                arguments("anon_inode:[perf_event]", OpenFile.Type.ANONYMOUS, "performance"),
                arguments("anon_inode:[eventfd] semaphore", OpenFile.Type.ANONYMOUS, "semaphore"),
                arguments("anon_inode:[timerfd] boottime", OpenFile.Type.ANONYMOUS, "BOOTTIME"),
                arguments("anon_inode:kvm-vm", OpenFile.Type.ANONYMOUS, "virtual machine"),
                arguments("/secretmem (deleted)", OpenFile.Type.REGULAR, "secret memory"),
                arguments("/dev/kvm", OpenFile.Type.CHARACTER_DEVICE, "/dev/kvm"),
                arguments("/dev/nvidia0", OpenFile.Type.CHARACTER_DEVICE, "/dev/nvidia0"),
                arguments("/dev/sda", OpenFile.Type.BLOCK_DEVICE, "/dev/sda"),
                arguments("/dev/pts/3", OpenFile.Type.CHARACTER_DEVICE, "outside"));
    }

    @ParameterizedTest
    @MethodSource("unsupported")
    void whatCannotBeSavedIsNamedByItsDescriptor(String target, OpenFile.Type type, String what) {
        var blockers = blockers(process(300, 1, file(5, target, type, 0)));
        assertThat(blockers)
                .singleElement()
                .returns(300, Blocker::pid)
                .returns(OptionalInt.of(5), Blocker::fd)
                .satisfies(it -> assertThat(it.what()).contains(what))
                .satisfies(it -> assertThat(it.remedy()).isNotEmpty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/dev/null",
                "/dev/zero",
                "/dev/full",
                "/dev/random",
                "/dev/urandom",
                "/dev/tty",
                "/dev/ptmx"
            })
    void harmlessDevicesAreNot(String device) {
        assertThat(blockers(process(300, 1, file(5, device, OpenFile.Type.CHARACTER_DEVICE, 0))))
                .isEmpty();
    }

    @Test
    void aTerminalWithBothSidesInTheTreeIsSaved() {
        var master = file(5, "/dev/pts/ptmx", OpenFile.Type.CHARACTER_DEVICE, 0);
        var slave = file(0, "/dev/pts/3", OpenFile.Type.CHARACTER_DEVICE, 0);
        assertThat(blockers(process(300, 1, master), process(301, 10_300, slave))).isEmpty();
    }

    @Test
    void theTerminalOfTheCellGoesAlongNoOther() {
        var own = file(0, "/dev/pts/0", OpenFile.Type.CHARACTER_DEVICE, 0);
        var other = file(3, "/dev/pts/1", OpenFile.Type.CHARACTER_DEVICE, 0);
        var tree =
                new ProcessTree(
                        300,
                        List.of(process(300, 1, own, other)),
                        List.of(),
                        List.of(),
                        Optional.of("/dev/pts/0"));
        assertThat(blockers(tree, ALONE)).singleElement().returns(OptionalInt.of(3), Blocker::fd);
    }

    @Test
    void allBlockersAreNamedAtOnceInOrder() {
        var first = file(3, "anon_inode:[io_uring]", OpenFile.Type.ANONYMOUS, 0);
        var second = file(4, "/dev/kvm", OpenFile.Type.CHARACTER_DEVICE, 0);
        assertThat(blockers(process(300, 1, first, second), process(301, 10_300, first)))
                .extracting(Blocker::pid)
                .containsExactly(300, 300, 301);
    }

    @Test
    void aSocketWithAPeerOutsideIsNamedOneWithinOrClosedIsNot() {
        var own = file(3, "socket:[50]", OpenFile.Type.SOCKET, 50);
        var other = file(4, "socket:[51]", OpenFile.Type.SOCKET, 51);
        var foreign = file(5, "socket:[52]", OpenFile.Type.SOCKET, 52);
        var closed = file(6, "socket:[53]", OpenFile.Type.SOCKET, 53);
        var tree =
                new ProcessTree(
                        300,
                        List.of(process(300, 1, own, other, foreign, closed)),
                        List.of(
                                new UnixConnection(50, 51),
                                new UnixConnection(51, 50),
                                new UnixConnection(52, 99),
                                new UnixConnection(99, 52),
                                new UnixConnection(53, 0)),
                        List.of(),
                        Optional.empty());
        assertThat(blockers(tree, ALONE)).singleElement().returns(OptionalInt.of(5), Blocker::fd);
    }

    @Test
    void aTcpConnectionThatLeadsOutIsNamedUnlessItsAddressGoesAlong() {
        var tree = tree(process(300, 1, file(5, "socket:[52]", OpenFile.Type.SOCKET, 52)));
        var connected =
                new TcpSocket(
                        52,
                        new Endpoint("10.0.0.1", 40_000),
                        new Endpoint("10.0.0.9", 443),
                        TcpSocket.State.CONNECTED);
        var inspection = new Inspection(List.of(), List.of(connected), List.of(), List.of());

        assertThat(blockers(tree, inspection))
                .singleElement()
                .returns(OptionalInt.of(5), Blocker::fd)
                .satisfies(it -> assertThat(it.what()).contains("10.0.0.9:443"))
                .satisfies(it -> assertThat(it.remedy()).contains("--net cell"));
        assertThat(blockers(tree, inspection.withOwnAddress())).isEmpty();
    }

    @Test
    void aSocketOfAKindThatCannotBeSavedIsNamedOnceWhateverItIsConnectedTo() {
        var tree = tree(process(300, 1, file(5, "socket:[52]", OpenFile.Type.SOCKET, 52)));
        var connected =
                new TcpSocket(
                        52,
                        new Endpoint("10.0.0.1", 40_000),
                        new Endpoint("10.0.0.9", 443),
                        TcpSocket.State.CONNECTED);
        var kind = new SocketKind(52, "MPTCP", false, "");
        var inspection = new Inspection(List.of(), List.of(connected), List.of(kind), List.of());

        for (var each : List.of(inspection, inspection.withOwnAddress())) {
            assertThat(blockers(tree, each))
                    .singleElement()
                    .returns(OptionalInt.of(5), Blocker::fd)
                    .satisfies(it -> assertThat(it.what()).contains("MPTCP"));
        }
    }

    @Test
    void aPipeThatKeepsPacketsApartIsNamed() {
        var packets = file(5, "pipe:[52] packets", OpenFile.Type.PIPE, 52);
        var plain = file(6, "pipe:[53]", OpenFile.Type.PIPE, 53);
        assertThat(blockers(process(300, 1, packets, plain)))
                .singleElement()
                .returns(OptionalInt.of(5), Blocker::fd);
    }

    @Test
    void aProcessWithNamespacesOfItsOwnIsNamed() {
        var tree = tree(process(300, 1), process(301, 10_300));
        var inspection = new Inspection(List.of(), List.of(), List.of(), List.of(10_301L));
        assertThat(blockers(tree, inspection))
                .singleElement()
                .returns(301, Blocker::pid)
                .returns(OptionalInt.empty(), Blocker::fd);
    }

    @Test
    void aTracedProcessIsNamedWithItsTracer() {
        var traced =
                new TreeProcess(
                        300, 10_300, 1, "a.out", 1, false, 0, 4711, List.of(), List.of(),
                        List.of());
        assertThat(blockers(traced)).singleElement().asString().contains("4711");
    }

    @Test
    void aProcessThatDoesNotDescendFromTheRootIsNamed() {
        assertThat(blockers(process(300, 1), process(305, 1), process(306, 10_305)))
                .extracting(Blocker::pid)
                .containsExactly(305, 306);
    }

    @Test
    void aDeletedFileAboveTheLimitIsNamedOneBelowIsNot() {
        assertThat(blockers(process(300, 1, deleted(3, 100, 0)))).isEmpty();
        assertThat(blockers(process(300, 1, deleted(3, 101, 0))))
                .singleElement()
                .satisfies(it -> assertThat(it.what()).contains("101").contains("100"));
    }

    @Test
    void aFileRemovedUnderOneOfItsNamesIsNamed() {
        assertThat(blockers(process(300, 1, deleted(3, 10, 1))))
                .singleElement()
                .satisfies(it -> assertThat(it.what()).contains("under another"));
    }

    @Test
    void aMappedDeviceIsNamedSharedMemoryIsNot() {
        var process =
                new TreeProcess(
                        300,
                        10_300,
                        1,
                        "a.out",
                        1,
                        false,
                        0,
                        0,
                        List.of(),
                        List.of(
                                mapped("/dev/nvidia0", true),
                                mapped("/dev/shm/x", true),
                                mapped("/dev/zero (deleted)", true)),
                        List.of());
        assertThat(blockers(process))
                .singleElement()
                .satisfies(it -> assertThat(it.what()).contains("/dev/nvidia0"));
    }

    @Test
    void filesAreSavedWhenTheProgramCanWriteToThem() {
        var tree =
                new ProcessTree(
                        300,
                        List.of(
                                new TreeProcess(
                                        300,
                                        10_300,
                                        1,
                                        "a.out",
                                        1,
                                        false,
                                        0,
                                        0,
                                        List.of(
                                                written(3, "/data", false),
                                                written(4, "/log", true),
                                                file(5, "/input", OpenFile.Type.REGULAR, 0),
                                                deleted(6, 10, 0),
                                                written(7, "/memfd:x (deleted)", false)),
                                        List.of(
                                                mapped("/lib.so", false),
                                                mapped("/database", true),
                                                mapped("/memfd:x (deleted)", true)),
                                        List.of())),
                        List.of(),
                        List.of(new SharedFile("/dev/shm/s", facts(0, 5, 1))),
                        Optional.empty());
        var saved = SavedFiles.of(tree, List.of());
        assertThat(saved)
                .extracting(SavedFile::path)
                .containsExactly("/data", "/database", "/dev/shm/s", "/log");
        assertThat(saved)
                .filteredOn(SavedFile::appended)
                .extracting(SavedFile::path)
                .containsExactly("/log");
        assertThat(saved)
                .extracting(SavedFile::source)
                .containsExactly(
                        new Held("/proc/10300/fd/3"),
                        new Held("/proc/10300/map_files/1000-2000"),
                        new ByPath(),
                        new Held("/proc/10300/fd/4"));
        assertThat(SavedFiles.needs(tree, saved))
                .extracting(need -> need.path() + " " + need.mapped())
                .containsExactly("/input false", "/lib.so true");
    }

    @Test
    void whatIsInTheJobsOwnDirectoryIsSavedAsItIsOpenIfItIs() {
        var process =
                process(
                        300,
                        1,
                        written(3, "/own/log", true),
                        file(4, "/own/table", OpenFile.Type.REGULAR, 0));
        var own = List.of(own("/own/closed"), own("/own/log"), own("/own/table"));
        var saved = SavedFiles.of(tree(process), own);

        assertThat(saved)
                .extracting(SavedFile::path, SavedFile::source)
                .containsExactly(
                        tuple("/own/closed", new ByPath()),
                        tuple("/own/log", new Held("/proc/10300/fd/3")),
                        tuple("/own/table", new ByPath()));
        assertThat(SavedFiles.needs(tree(process), saved)).isEmpty();
    }

    private static SavedFile own(String path) {
        return new SavedFile(path, new ByPath(), false, facts(0, 5, 1));
    }

    @Test
    void aFileIsReadByADescriptorThatTheProgramMayReadByIfThereIsOne() {
        var alone = process(300, 1, writeOnly(3, "/log"));
        var both = process(300, 1, writeOnly(3, "/log"), written(4, "/log", true));

        assertThat(SavedFiles.of(tree(alone), List.of()))
                .extracting(SavedFile::source)
                .containsExactly(new WriteOnly("/proc/10300/fd/3"));
        assertThat(SavedFiles.of(tree(both), List.of()))
                .extracting(SavedFile::source)
                .containsExactly(new Held("/proc/10300/fd/4"));
    }

    @Test
    void onlyAppendedFilesThatAreTooLongToBeCopiedAreLeftToGrow() {
        var half = SavedFiles.MOST_COPIED_BYTES / 2;
        var large = appended("/large", 2 * half);
        var small = appended("/small", half);
        var other = appended("/other", half);
        var written = new SavedFile("/data", new ByPath(), false, facts(0, 4 * half, 1));

        assertThat(SavedFiles.growing(List.of(large, small, written, other)))
                .containsExactly(large);
        assertThat(SavedFiles.growing(List.of(large, written))).isEmpty();
    }

    private static SavedFile appended(String path, long sizeBytes) {
        return new SavedFile(path, new ByPath(), true, facts(0, sizeBytes, 1));
    }

    private static OpenFile writeOnly(int fd, String target) {
        return new OpenFile(
                fd, target, OpenFile.Type.REGULAR, false, true, true, NONE, facts(0, 7, 1));
    }

    @Test
    void aFileAlsoWrittenOtherwiseIsNotAnAppendedOne() {
        var process = process(300, 1, written(3, "/log", true), written(4, "/log", false));
        assertThat(SavedFiles.of(tree(process), List.of()))
                .singleElement()
                .returns(false, SavedFile::appended);
    }

    @Test
    void whatTiesAProgramToTheClustersMemoryIsNoObstacleWhereItIsTakenAway() {
        var sharing = process(300, 1, ties());
        var other = process(301, 10_300, ties());
        var plain = file(9, "socket:[60]", OpenFile.Type.SOCKET, 60);
        var tree =
                new ProcessTree(
                        300,
                        List.of(sharing, other, process(302, 10_300, plain)),
                        List.of(new UnixConnection(50, 90), new UnixConnection(60, 91)),
                        List.of(),
                        Optional.empty());

        var saved = SharedMemoryTies.without(tree, new Sharing(List.of(10_300L), List.of(90L)));

        assertThat(blockers(saved, ALONE))
                .extracting(Blocker::pid)
                .containsExactly(301, 301, 301, 302);
        assertThat(SharedMemoryTies.without(tree, Sharing.NONE)).isEqualTo(tree);
    }

    private static OpenFile[] ties() {
        return new OpenFile[] {
            file(3, "socket:[50]", OpenFile.Type.SOCKET, 50),
            file(4, "/memfd:krg-field (deleted)", OpenFile.Type.REGULAR, 0),
            file(5, "/dev/userfaultfd", OpenFile.Type.CHARACTER_DEVICE, 0),
            file(6, "anon_inode:[userfaultfd]", OpenFile.Type.ANONYMOUS, 0)
        };
    }

    private static List<Blocker> blockers(ProcessTree tree, Inspection inspection) {
        return Preflight.blockers(tree, inspection, SavedFiles.of(tree, List.of()), LIMITS);
    }

    private static List<Blocker> blockers(TreeProcess... processes) {
        return blockers(tree(processes), ALONE);
    }

    private static ProcessTree tree(TreeProcess... processes) {
        return new ProcessTree(300, List.of(processes), List.of(), List.of(), Optional.empty());
    }

    private static TreeProcess process(int pid, long hostParent, OpenFile... files) {
        return new TreeProcess(
                pid,
                10_000 + pid,
                hostParent,
                "a.out",
                1,
                false,
                0,
                0,
                List.of(files),
                List.of(),
                List.of());
    }

    private static OpenFile file(int fd, String target, OpenFile.Type type, long inode) {
        return new OpenFile(fd, target, type, true, false, false, NONE, facts(inode, 0, 1));
    }

    private static OpenFile written(int fd, String target, boolean append) {
        return new OpenFile(
                fd, target, OpenFile.Type.REGULAR, true, true, append, NONE, facts(0, 7, 1));
    }

    private static OpenFile deleted(int fd, long sizeBytes, int links) {
        return new OpenFile(
                fd,
                "/tmp/x (deleted)",
                OpenFile.Type.REGULAR,
                true,
                true,
                false,
                NONE,
                facts(0, sizeBytes, links));
    }

    private static MappedFile mapped(String target, boolean writesThrough) {
        return new MappedFile("1000-2000", target, writesThrough, facts(0, 3, 1));
    }

    private static FileFacts facts(long inode, long sizeBytes, int links) {
        return new FileFacts(1, inode, links, 0644, 0, 0, sizeBytes, Instant.EPOCH);
    }
}
