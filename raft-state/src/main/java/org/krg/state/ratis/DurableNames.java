// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.RequestVoteReplyProto;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.krg.state.ratis.files.Directories;

/// Makes the names of Ratis' files durable. Ratis 3.3.0 forces its files but never the directory
/// that names them: after a loss of power a segment of the log could be gone with all that was
/// acknowledged in it, and a rename that carried a vote could be undone, so that a node votes twice
/// in one term. What fsync(2) promises of a new file is its content, not its name.
///
/// Names are forced before anybody relies on them: segments before their entries count as flushed,
/// a vote for another before the answer leaves, a vote for itself before a new leader sends its
/// first entry. A vote for itself of a candidate that did not become leader may be lost: nobody
/// counted on it.
final class DurableNames implements ServerInterceptor {
    private static final String VOTE = "/requestVote";
    private static final String SEGMENT = "log_";
    private static final Pattern ENTRY = Pattern.compile("[0-9]+");

    private final Path top;
    private final Path raft;
    private final Path group;
    private final Path current;

    private final Path configuration;

    /// The ends of the log when its names were forced last.
    private List<Segment> forced = List.of();

    /// Whether there was a configuration then, which is replaced under its name later.
    private boolean configured;

    /// Looks after `raft/<group>` in the data directory `top`.
    DurableNames(Path top, String group) {
        this.top = top;
        this.raft = top.resolve("raft");
        this.group = raft.resolve(group);
        this.current = this.group.resolve("current");
        this.configuration = current.resolve("raft-meta.conf");
    }

    /// Forces the names from the log up to the data directory, once they are there.
    void forceAll() {
        for (var path : List.of(current, group, raft, top)) {
            force(path);
        }
    }

    /// Forces the names of the log if its segments are others than last time: the one that is
    /// written, since the log was rolled or cut, or the oldest, since some were deleted. So it does
    /// once there is a configuration. Called by the thread that writes the log, which alone does
    /// these things to segments, before it flushes.
    synchronized void forceSegments() {
        var isConfigured = configured || Files.exists(configuration);
        if (forced.isEmpty()
                || isConfigured != configured
                || !forced.stream().allMatch(Segment::isThere)) {
            var ends = ends();
            force(current);
            forced = ends;
            configured = isConfigured;
        }
    }

    /// Forces a vote, which is a rename.
    void forceVote() {
        force(current);
    }

    /// Forces a snapshot that Ratis received and put in place: its files and its name.
    void forceSnapshot(Path directory) {
        try (var files = Files.list(directory)) {
            files.sorted().forEach(DurableNames::force);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot list " + directory, failed);
        }
        force(directory);
        force(group.resolve("sm"));
        force(group);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return call.getMethodDescriptor().getFullMethodName().endsWith(VOTE)
                ? next.startCall(new Voting<>(call), headers)
                : next.startCall(call, headers);
    }

    /// {@return the segment that is written, and the oldest one if that is another}
    private List<Segment> ends() {
        try (var files = Files.list(current)) {
            var segments =
                    files.filter(file -> file.getFileName().toString().startsWith(SEGMENT))
                            .sorted(Comparator.comparingLong(DurableNames::firstEntry))
                            .toList();
            return segments.isEmpty()
                    ? List.of()
                    : Stream.of(segments.getFirst(), segments.getLast())
                            .distinct()
                            .map(Segment::of)
                            .toList();
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot list " + current, failed);
        }
    }

    /// Of `log_5-9` and of `log_inprogress_5`.
    private static long firstEntry(Path segment) {
        var number = ENTRY.matcher(segment.getFileName().toString());
        return number.find() ? Long.parseLong(number.group()) : -1;
    }

    /// A file under a name: another one may have the same name later.
    private record Segment(Path path, Object identity, FileTime made) {
        static Segment of(Path path) {
            try {
                var attributes = Files.readAttributes(path, BasicFileAttributes.class);
                return new Segment(path, attributes.fileKey(), attributes.creationTime());
            } catch (IOException failed) {
                throw new UncheckedIOException("cannot look at " + path, failed);
            }
        }

        boolean isThere() {
            try {
                var attributes = Files.readAttributes(path, BasicFileAttributes.class);
                return identity.equals(attributes.fileKey())
                        && made.equals(attributes.creationTime());
            } catch (NoSuchFileException gone) {
                return false;
            } catch (IOException failed) {
                throw new UncheckedIOException("cannot look at " + path, failed);
            }
        }
    }

    private static void force(Path path) {
        try {
            Directories.force(path);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot force " + path, failed);
        }
    }

    private final class Voting<Q, A> extends SimpleForwardingServerCall<Q, A> {
        Voting(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public void sendMessage(A message) {
            if (message instanceof RequestVoteReplyProto reply
                    && reply.getServerReply().getSuccess()) {
                forceVote();
            }
            super.sendMessage(message);
        }
    }
}
