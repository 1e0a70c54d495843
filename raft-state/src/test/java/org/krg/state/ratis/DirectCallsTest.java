// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.ratis.proto.RaftProtos.AppendEntriesRequestProto;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.proto.grpc.RaftServerProtocolServiceGrpc;
import org.apache.ratis.thirdparty.io.grpc.Metadata;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.ServerCall;
import org.apache.ratis.thirdparty.io.grpc.Status;
import org.junit.jupiter.api.Test;

/// The calls of two members, which gRPC brings on two threads.
final class DirectCallsTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final AppendEntriesRequestProto HEARTBEAT =
            AppendEntriesRequestProto.getDefaultInstance();
    private static final AppendEntriesRequestProto ENTRY =
            HEARTBEAT.toBuilder().addEntries(LogEntryProto.getDefaultInstance()).build();

    private final DirectCalls direct = new DirectCalls();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch whole = new CountDownLatch(1);

    @Test
    void noVoteIsGivenWhileAnEntryIsAppended() throws InterruptedException {
        var entries = open(RaftServerProtocolServiceGrpc.getAppendEntriesMethod());
        var vote = open(RaftServerProtocolServiceGrpc.getRequestVoteMethod());
        var appending = Thread.ofPlatform().start(() -> entries.onMessage(ENTRY));
        begun.await();

        var voting = Thread.ofPlatform().start(vote::onHalfClose);

        await().atMost(LIMIT).until(() -> voting.getState() == Thread.State.WAITING);
        assertThat(done).isEmpty();
        whole.countDown();
        appending.join();
        voting.join();
        assertThat(done).containsExactly("appended", "voted");
    }

    @Test
    void aHeartbeatWaitsForNothing() throws InterruptedException {
        var first = open(RaftServerProtocolServiceGrpc.getAppendEntriesMethod());
        var second = open(RaftServerProtocolServiceGrpc.getAppendEntriesMethod());
        var appending = Thread.ofPlatform().start(() -> first.onMessage(ENTRY));
        begun.await();

        second.onMessage(HEARTBEAT);

        assertThat(done).containsExactly("heard");
        whole.countDown();
        appending.join();
    }

    private <Q, A> ServerCall.Listener<Q> open(MethodDescriptor<Q, A> method) {
        return direct.interceptCall(new Call<>(method), new Metadata(), (_, _) -> new Server<>());
    }

    /// Appends for as long as the test says.
    private final class Server<Q> extends ServerCall.Listener<Q> {
        @Override
        public void onMessage(Q message) {
            if (message.equals(HEARTBEAT)) {
                done.add("heard");
                return;
            }
            begun.countDown();
            try {
                whole.await();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
            done.add("appended");
        }

        @Override
        public void onHalfClose() {
            done.add("voted");
        }
    }

    private static final class Call<Q, A> extends ServerCall<Q, A> {
        private final MethodDescriptor<Q, A> method;

        Call(MethodDescriptor<Q, A> method) {
            this.method = method;
        }

        @Override
        public MethodDescriptor<Q, A> getMethodDescriptor() {
            return method;
        }

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(A message) {}

        @Override
        public void close(Status status, Metadata trailers) {}

        @Override
        public boolean isCancelled() {
            return false;
        }
    }
}
