// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.ratis.proto.RaftProtos.InstallSnapshotReplyProto;
import org.apache.ratis.thirdparty.io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.ServerCallHandler;
import org.apache.ratis.thirdparty.io.grpc.ServerInterceptor;
import org.krg.state.ratis.files.Directories;
import org.krg.state.ratis.files.MemberFiles;

/// Forces the files of a snapshot while they arrive, each chunk before it is acknowledged. Else all
/// of them would be forced when the last one is there, which takes longer than the leader waits for
/// an answer where they are gigabytes.
final class ArrivingSnapshot implements ServerInterceptor {
    private final MemberFiles files;
    private final Map<Path, Long> forced = new HashMap<>();

    ArrivingSnapshot(MemberFiles files) {
        this.files = files;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        return next.startCall(new Acknowledging<>(call), headers);
    }

    private synchronized void force() {
        var arriving = files.arriving();
        forced.keySet().retainAll(arriving.keySet());
        arriving.forEach((file, size) -> {
            if (!size.equals(forced.put(file, size))) {
                force(file);
            }
        });
    }

    private static void force(Path file) {
        try {
            Directories.force(file);
        } catch (IOException failed) {
            throw new UncheckedIOException("cannot force " + file, failed);
        }
    }

    private final class Acknowledging<Q, A> extends SimpleForwardingServerCall<Q, A> {
        Acknowledging(ServerCall<Q, A> call) {
            super(call);
        }

        @Override
        public void sendMessage(A message) {
            if (message instanceof InstallSnapshotReplyProto) {
                force();
            }
            super.sendMessage(message);
        }
    }
}
