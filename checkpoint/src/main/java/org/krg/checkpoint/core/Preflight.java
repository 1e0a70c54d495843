// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.krg.checkpoint.core.UnsavedSockets.Unsaved;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.Endpoint;
import org.krg.checkpoint.model.Inspection;
import org.krg.checkpoint.model.MappedFile;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.ProcessTree.UnixConnection;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.TreeProcess;

/// Finds what keeps a tree of processes from being saved by CRIU.
public final class Preflight {
    private static final TreeSet<String> GOOD_DEVICES =
            new TreeSet<>(
                    List.of(
                            "/dev/null",
                            "/dev/zero",
                            "/dev/full",
                            "/dev/random",
                            "/dev/urandom",
                            "/dev/tty"));

    /// What is known about objects of the kernel that CRIU cannot save; the target starts so.
    private static final List<Unsupported> UNSUPPORTED =
            List.of(
                    new Unsupported(
                            "anon_inode:[io_uring]",
                            "io_uring cannot be saved",
                            "Have the program use plain I/O (PostgreSQL: io_method=worker; Node.js:"
                                    + " UV_USE_IO_URING=0)"),
                    new Unsupported(
                            "anon_inode:[userfaultfd]",
                            "userfaultfd cannot be saved",
                            "Have the program close it before the checkpoint"),
                    new Unsupported(
                            "anon_inode:[perf_event]",
                            "performance counters cannot be saved",
                            "Run the program without a profiler"),
                    new Unsupported(
                            "anon_inode:[eventfd] semaphore",
                            "an eventfd that is a semaphore would come back as a counter",
                            "Have the program use a semaphore of another kind: futex, POSIX or"
                                    + " System V"),
                    new Unsupported(
                            "anon_inode:[timerfd] boottime",
                            "a timer of CLOCK_BOOTTIME cannot be brought back",
                            "Have the program use CLOCK_MONOTONIC"),
                    new Unsupported(
                            "anon_inode:kvm",
                            "a virtual machine cannot be saved",
                            "Do not use KVM"),
                    new Unsupported(
                            "anon_inode:bpf-prog", "BPF programs cannot be saved", "Close it"),
                    new Unsupported("anon_inode:bpf_link", "BPF links cannot be saved", "Close it"),
                    new Unsupported(
                            "mqueue:",
                            "a POSIX message queue cannot be saved",
                            "Have the program use a queue of System V, msgget(2), or a unix socket"),
                    new Unsupported("/secretmem", "secret memory cannot be saved", "Do not use it"),
                    new Unsupported(
                            "/dmabuf:",
                            "memory shared with a device cannot be saved",
                            "Run without the device"));

    private final ProcessTree tree;
    private final List<Blocker> blockers = new ArrayList<>();

    private Preflight(ProcessTree tree) {
        this.tree = tree;
    }

    /// Sockets of the tree that are in the way, by their numbers.
    ///
    /// @param unix the peer of each whose peer is not in the tree
    /// @param tcp likewise
    private record Sockets(
            Map<Long, Unsaved> unsaved, Map<Long, Long> unix, Map<Long, Endpoint> tcp) {}

    private record Unsupported(String target, String what, String remedy) {}

    /// What may go into a generation.
    ///
    /// @param fileBytes all files that go along together
    /// @param ghostBytes each deleted file
    public record Limits(long fileBytes, long ghostBytes) {}

    /// {@return every blocker, in the order of processes and descriptors}
    ///
    /// @param saved files that go along
    public static List<Blocker> blockers(
            ProcessTree tree, Inspection inspection, List<SavedFile> saved, Limits limits) {
        var preflight = new Preflight(tree);
        var family = preflight.family();
        var sockets = preflight.sockets(inspection);
        for (var process : tree.processes()) {
            preflight.checkProcess(process, family, inspection);
            process.files().forEach(file -> preflight.checkFile(process, file, sockets, limits));
            preflight.checkMappings(process);
        }
        preflight.checkFileLimit(saved, limits);
        return List.copyOf(preflight.blockers);
    }

    private void checkProcess(TreeProcess process, Set<Long> family, Inspection inspection) {
        if (process.tracer() != 0) {
            block(
                    process,
                    process.name() + " is traced by pid " + process.tracer() + " of the machine",
                    "End the debugger or strace");
        }
        if (process.headless()) {
            block(
                    process,
                    "the main thread of "
                            + process.name()
                            + " has ended and others go on, which CRIU cannot save",
                    "Have the main thread wait for them, pthread_join(3)");
        }
        if (inspection.nested().contains(process.hostPid())) {
            block(
                    process,
                    process.name() + " has made namespaces of its own inside the cell",
                    "Run the program without its sandbox (bwrap, unshare, Chromium: --no-sandbox)");
        }
        if (!family.contains(process.hostPid())) {
            block(
                    process,
                    process.name() + " has outlived the process that started it",
                    "Have the program wait for its children rather than leave them in the background");
        }
    }

    private void checkFile(TreeProcess process, OpenFile file, Sockets sockets, Limits limits) {
        for (var unsupported : UNSUPPORTED) {
            if (file.target().startsWith(unsupported.target())) {
                block(process, file, unsupported.what(), unsupported.remedy());
                return;
            }
        }
        switch (file.type()) {
            case CHARACTER_DEVICE, BLOCK_DEVICE -> checkDevice(process, file);
            case SOCKET -> checkSocket(process, file, sockets);
            case REGULAR -> checkDeleted(process, file, limits);
            case PIPE -> checkPipe(process, file);
            case DIRECTORY, ANONYMOUS -> {}
        }
    }

    private void checkDevice(TreeProcess process, OpenFile file) {
        if (GOOD_DEVICES.contains(file.target()) || isOwnTerminal(file)) {
            return;
        }
        if (file.target().startsWith("/dev/pts/")) {
            block(
                    process,
                    file,
                    "terminal " + file.target() + " belongs to a process outside",
                    "Have krg give the program a terminal (run -t), or script(1) or tmux inside the"
                            + " job");
        } else {
            block(
                    process,
                    file,
                    "device " + file.target() + " cannot be saved",
                    "Have the program close the device");
        }
    }

    // A terminal whose other side is in the tree is saved with it; that of the cell goes along.
    private boolean isOwnTerminal(OpenFile file) {
        if (tree.terminal().equals(Optional.of(file.target()))) {
            return true;
        }
        var isMaster = file.target().equals("/dev/ptmx") || file.target().equals("/dev/pts/ptmx");
        return isMaster
                || (file.target().startsWith("/dev/pts/")
                        && files().anyMatch(other -> other.target().endsWith("/ptmx")));
    }

    private void checkPipe(TreeProcess process, OpenFile file) {
        if (file.target().endsWith(" packets")) {
            block(
                    process,
                    file,
                    "a pipe that keeps packets apart (O_DIRECT) cannot be saved",
                    "Have the program use a pair of unix sockets of type SOCK_SEQPACKET");
        }
    }

    private void checkSocket(TreeProcess process, OpenFile file, Sockets sockets) {
        var unsaved = sockets.unsaved().get(file.facts().inode());
        if (unsaved != null) {
            block(process, file, unsaved.what(), unsaved.remedy());
            return;
        }
        var unix = sockets.unix().get(file.facts().inode());
        if (unix != null) {
            block(
                    process,
                    file,
                    "unix socket is connected to socket " + unix + " of a process outside",
                    "Have the program close the connection (syslog, D-Bus, nscd, X11)");
        }
        var tcp = sockets.tcp().get(file.facts().inode());
        if (tcp != null) {
            block(
                    process,
                    file,
                    "the other end of the TCP connection to "
                            + tcp
                            + " is outside, and this end has"
                            + " an address of its node, by which it cannot come back elsewhere",
                    "Run the job with --net cell, an address of its own, or have the program close"
                            + " the connection before the checkpoint");
        }
    }

    private void checkDeleted(TreeProcess process, OpenFile file, Limits limits) {
        if (!file.isDeleted()) {
            return;
        }
        if (file.facts().links() > 0) {
            block(
                    process,
                    file,
                    file.path() + " was removed under this name and exists under another",
                    "Have the program open the other name");
        } else if (file.facts().sizeBytes() > limits.ghostBytes()) {
            block(
                    process,
                    file,
                    "deleted file %s has %d bytes, the limit is %d"
                            .formatted(file.path(), file.facts().sizeBytes(), limits.ghostBytes()),
                    "Give the file a name, or make it smaller");
        }
    }

    private void checkMappings(TreeProcess process) {
        process.mapped().stream()
                .filter(Preflight::isDevice)
                .map(MappedFile::target)
                .distinct()
                .forEach(target ->
                        block(
                                process,
                                "device " + target + " is mapped into memory",
                                "Have the program close the device"));
    }

    private static boolean isDevice(MappedFile file) {
        return file.target().startsWith("/dev/")
                && !file.target().startsWith("/dev/shm/")
                && !file.target().startsWith("/dev/zero");
    }

    private void checkFileLimit(List<SavedFile> saved, Limits limits) {
        var totalBytes = SavedFiles.totalBytes(saved);
        if (totalBytes <= limits.fileBytes()) {
            return;
        }
        var largest = SavedFiles.largestFirst(saved).getFirst();
        var what =
                "files that go along have %d bytes, the limit is %d; the largest is %s with %d"
                        .formatted(
                                totalBytes,
                                limits.fileBytes(),
                                largest.path(),
                                largest.facts().sizeBytes());
        var remedy = "Raise --file-limit of the job to " + totalBytes + " or more";
        for (var process : tree.processes()) {
            for (var file : process.files()) {
                if (file.target().equals(largest.path())) {
                    block(process, file, what, remedy);
                    return;
                }
            }
        }
        blockers.add(new Blocker(tree.rootPid(), OptionalInt.empty(), what, remedy));
    }

    // The root and whoever descends from it; others were left to the init of the cell.
    private Set<Long> family() {
        var family = new TreeSet<Long>();
        tree.processes().stream()
                .filter(process -> process.pid() == tree.rootPid())
                .forEach(process -> family.add(process.hostPid()));
        var grown = true;
        while (grown) {
            grown = false;
            for (var process : tree.processes()) {
                grown |= family.contains(process.hostParent()) && family.add(process.hostPid());
            }
        }
        return family;
    }

    private Sockets sockets(Inspection inspection) {
        var own = new TreeSet<Long>();
        files().filter(file -> file.type() == OpenFile.Type.SOCKET)
                .forEach(file -> own.add(file.facts().inode()));
        var unsaved = new TreeMap<Long, Unsaved>();
        inspection
                .kinds()
                .forEach(kind ->
                        UnsavedSockets.find(kind).ifPresent(it -> unsaved.put(kind.inode(), it)));
        return new Sockets(unsaved, unixPeers(own), OutsideConnections.of(own, inspection.tcp()));
    }

    private Map<Long, Long> unixPeers(Set<Long> own) {
        var outside = new TreeMap<Long, Long>();
        for (UnixConnection connection : tree.unixSockets()) {
            var peer = connection.peer();
            if (own.contains(connection.inode()) && peer != 0 && !own.contains(peer)) {
                outside.put(connection.inode(), peer);
            }
        }
        return outside;
    }

    private Stream<OpenFile> files() {
        return tree.processes().stream().flatMap(process -> process.files().stream());
    }

    private void block(TreeProcess process, OpenFile file, String what, String remedy) {
        blockers.add(new Blocker(process.pid(), OptionalInt.of(file.fd()), what, remedy));
    }

    private void block(TreeProcess process, String what, String remedy) {
        blockers.add(new Blocker(process.pid(), OptionalInt.empty(), what, remedy));
    }
}
