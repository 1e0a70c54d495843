// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.krg.host.HostFailure;
import org.krg.host.ProgramQuestion;
import org.krg.host.ResolvedProgram;
import org.krg.host.core.MoveFit;
import org.krg.host.core.PathFit;
import org.krg.host.engine.Checkpointing;
import org.krg.host.engine.Programs;
import org.krg.host.model.Footprint;
import org.krg.host.model.Obstacle;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.model.Identity;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.NodeId;
import org.krg.state.model.Sha256;

/// Finds programs and digests them. A digest is computed once for a file that did not change. Safe
/// for use from any thread.
public final class ProgramFiles implements Programs {
    /// Digests that are remembered.
    private static final int REMEMBERED = 256;

    private static final int S_IXUSR = 0100;
    private static final int S_IXGRP = 0010;
    private static final int S_IXOTH = 0001;

    /// By what changes when the content of a file does, `stat(2)`.
    private final Map<Map<String, Object>, Sha256> digests =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Map<String, Object>, Sha256> eldest) {
                    return size() > REMEMBERED;
                }
            };

    @Override
    public ResolvedProgram resolve(
            String name, String searchPath, String workingDirectory, Identity user) {
        var file =
                candidates(name, searchPath, workingDirectory)
                        .filter(Files::isRegularFile)
                        .toList();
        if (file.isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.PROGRAM_NOT_FOUND,
                    "there is no program \"" + name + "\"",
                    name.contains("/")
                            ? "check the path; a relative one starts from " + workingDirectory
                            : "give its path, or a PATH that holds it; PATH is " + searchPath);
        }
        var executable = file.stream().filter(it -> mayExecute(it, user)).findFirst();
        if (executable.isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.NOT_EXECUTABLE,
                    file.getFirst() + " cannot be executed by " + user.name(),
                    "chmod it, or run it as another user with --user");
        }
        return new ResolvedProgram(executable.get().toString(), digest(executable.get()));
    }

    @Override
    public ProgramFacts probe(ProgramQuestion question) {
        var file = Path.of(question.executable());
        if (!Files.isRegularFile(file)) {
            return missing("no file " + file);
        }
        if (!mayExecute(file, question.user())) {
            return missing(file + " cannot be executed by uid " + question.user().uid());
        }
        if (!Files.isDirectory(Path.of(question.workingDirectory()))) {
            return missing("no working directory " + question.workingDirectory());
        }
        try {
            var found = digest(file);
            return found.equals(question.digest())
                    ? new ProgramFacts(ProgramFacts.Presence.SAME, file.toString())
                    : new ProgramFacts(
                            ProgramFacts.Presence.DIFFERENT,
                            file + " has digest " + found.hex().substring(0, 12));
        } catch (HostFailure failure) {
            return ProgramFacts.unknown(failure.getMessage());
        }
    }

    @Override
    public List<Footprint.NeededFile> digests(List<Checkpointing.UsedFile> files) {
        return files.stream()
                .filter(file -> Files.isRegularFile(Path.of(file.path())))
                .map(file ->
                        new Footprint.NeededFile(
                                file.path(),
                                file.sizeBytes(),
                                file.mapped() ? digest(Path.of(file.path())) : MoveFit.ANY_CONTENT))
                .toList();
    }

    @Override
    public List<Footprint.HeldFile> identified(List<Checkpointing.LoneFile> files) {
        return files.stream()
                .map(file ->
                        new Footprint.HeldFile(
                                file.where(),
                                file.path(),
                                file.kind(),
                                FileIdentity.of(file.device(), file.inode())))
                .toList();
    }

    @Override
    public List<Footprint.NeededPath> needed(List<Checkpointing.LonePath> paths, Identity user) {
        return paths.stream()
                .filter(ProgramFiles::isOfMachine)
                .map(path -> needed(path, user))
                .toList();
    }

    private static boolean isOfMachine(Checkpointing.LonePath path) {
        try {
            return FileIdentity.find(Path.of(path.path()))
                    .filter(FileIdentity.of(path.device(), path.inode())::equals)
                    .isPresent();
        } catch (InvalidPathException unreadable) {
            // In a language that this agent does not run in.
            return false;
        }
    }

    private static Footprint.NeededPath needed(Checkpointing.LonePath path, Identity user) {
        var rights = rights(path.kind(), path.writable());
        return new Footprint.NeededPath(
                path.where(),
                path.path(),
                path.kind(),
                path.writable(),
                PathRights.may(Path.of(path.path()), user, rights));
    }

    private static int rights(Footprint.NeededPath.Kind kind, boolean writable) {
        return switch (kind) {
            case WORKING_DIRECTORY -> PathRights.ENTER;
            case DIRECTORY -> PathRights.READ;
            case SOCKET_DIRECTORY, OWN_DIRECTORY -> PathRights.WRITE | PathRights.ENTER;
            case FIFO -> writable ? PathRights.WRITE : PathRights.READ;
            case WRITTEN -> PathRights.WRITE;
        };
    }

    @Override
    public List<String> cpuFeatures() {
        return CpuFeatures.here();
    }

    @Override
    public List<Obstacle> lacks(NodeId self, Footprint.Needs needs) {
        var lacks = new ArrayList<Obstacle>();
        for (var file : needs.files()) {
            MoveFit.file(self.name(), file, present(file)).ifPresent(lacks::add);
        }
        for (var file : needs.held()) {
            MoveFit.held(self.name(), file, FileIdentity.find(Path.of(file.path())))
                    .ifPresent(lacks::add);
        }
        for (var path : needs.paths()) {
            var rights = path.checked() ? rights(path.kind(), path.writable()) : PathRights.NONE;
            var seen = PathRights.look(Path.of(path.path()), needs.user(), rights);
            PathFit.path(self.name(), path, needs.user(), seen).ifPresent(lacks::add);
        }
        MoveFit.cpu(self.name(), needs.cpuFeatures(), cpuFeatures()).ifPresent(lacks::add);
        return lacks;
    }

    private Optional<MoveFit.PresentFile> present(Footprint.NeededFile needed) {
        var file = Path.of(needed.path());
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            // A file of another size is not worth reading.
            var sizeBytes = Files.size(file);
            var counts =
                    sizeBytes == needed.sizeBytes() && !needed.digest().equals(MoveFit.ANY_CONTENT);
            return Optional.of(
                    new MoveFit.PresentFile(
                            sizeBytes, counts ? Optional.of(digest(file)) : Optional.empty()));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private static Stream<Path> candidates(String name, String searchPath, String directory) {
        var start = Path.of(directory);
        if (name.contains("/")) {
            return Stream.of(start.resolve(name).normalize());
        }
        return Stream.of(searchPath.split(":", -1))
                .map(entry -> start.resolve(entry).resolve(name).normalize());
    }

    private static ProgramFacts missing(String detail) {
        return new ProgramFacts(ProgramFacts.Presence.MISSING, detail);
    }

    /// As the kernel decides it from mode, owner and groups, for the file and each directory above.
    private static boolean mayExecute(Path file, Identity user) {
        try {
            for (var path = Optional.of(file.toRealPath()); path.isPresent(); ) {
                if (!mayExecuteOne(path.get(), user)) {
                    return false;
                }
                path = Optional.ofNullable(path.get().getParent());
            }
            return true;
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static boolean mayExecuteOne(Path path, Identity user) throws IOException {
        var mode = number(path, "mode");
        var gid = number(path, "gid");
        if (user.uid() == 0) {
            return Files.isDirectory(path) || (mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
        }
        if (number(path, "uid") == user.uid()) {
            return (mode & S_IXUSR) != 0;
        }
        if (gid == user.gid() || user.groups().contains(gid)) {
            return (mode & S_IXGRP) != 0;
        }
        return (mode & S_IXOTH) != 0;
    }

    private static int number(Path path, String attribute) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:" + attribute);
    }

    private Sha256 digest(Path file) {
        try {
            var version = Files.readAttributes(file, "unix:dev,ino,size,lastModifiedTime,ctime");
            synchronized (digests) {
                var known = digests.get(version);
                if (known != null) {
                    return known;
                }
            }
            var digest = compute(file);
            synchronized (digests) {
                digests.put(version, digest);
            }
            return digest;
        } catch (IOException failure) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    "cannot read " + file + ": " + failure.getMessage(),
                    "the agent must be able to read a program to compare it between nodes",
                    failure);
        }
    }

    private static Sha256 compute(Path file) throws IOException {
        try (var in = new DigestInputStream(Files.newInputStream(file), sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return new Sha256(HexFormat.of().formatHex(in.getMessageDigest().digest()));
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }
}
