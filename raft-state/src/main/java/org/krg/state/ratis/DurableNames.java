// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    private final Path top;
    private final Path raft;
    private final Path group;
    private final Path current;
    private Set<String> forced = Set.of();

    /// Looks after `raft/<group>` in the data directory `top`.
    DurableNames(Path top, String group) {
        this.top = top;
        this.raft = top.resolve("raft");
        this.group = raft.resolve(group);
        this.current = this.group.resolve("current");
    }

    /// Forces the names from the log up to the data directory, once they are there.
    void forceAll() {
        for (var path : List.of(current, group, raft, top)) {
            force(path);
        }
    }

    /// Forces the names of the log if there are others than last time. Called by the thread that
    /// writes the log, before it flushes; listing some names costs little beside that.
    synchronized void forceSegments() {
        var names = names();
        if (!names.equals(forced)) {
            force(current);
            forced = names;
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

    private Set<String> names() {
        try (var files = Files.list(current)) {
            return files.map(file -> file.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot list " + current, failed);
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
