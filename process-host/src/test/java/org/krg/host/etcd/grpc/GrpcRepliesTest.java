// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.PutRequest;
import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.common.HttpObject;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.krg.host.RequestMemory;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@Timeout(60)
final class GrpcRepliesTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final PutRequest LARGE =
            PutRequest.newBuilder().setKey(ByteString.copyFrom(new byte[100_000])).build();

    private final Memory memory = new Memory();
    private final Caller caller = new Caller();

    /// Memory that counts.
    private static final class Memory implements RequestMemory {
        final AtomicLong taken = new AtomicLong();
        volatile long most = Long.MAX_VALUE;

        @Override
        public boolean take(long bytes) {
            return taken.addAndGet(bytes) <= most;
        }

        @Override
        public void give(long bytes) {
            taken.addAndGet(-bytes);
        }
    }

    /// Takes nothing until a test has it take all, one after the other, as a connection does.
    private static final class Caller implements Subscriber<HttpObject> {
        final CountDownLatch gone = new CountDownLatch(1);
        volatile @Nullable Subscription subscription;

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
        }

        void takeAll() {
            if (subscription != null) {
                subscription.request(1);
            }
        }

        @Override
        public void onNext(HttpObject part) {
            takeAll();
        }

        @Override
        public void onError(Throwable failure) {
            gone.countDown();
        }

        @Override
        public void onComplete() {
            gone.countDown();
        }
    }

    private GrpcReplies replies(Duration patience) {
        var replies =
                new GrpcReplies(
                        memory,
                        failure -> new GrpcFailure(GrpcStatus.INTERNAL, failure.toString()),
                        patience);
        var loop = CommonPools.workerGroup().next();
        replies.response(loop).subscribe(caller, loop);
        await().until(() -> caller.subscription != null);
        return replies;
    }

    private static void fill(GrpcReplies replies) {
        for (var sent = 0; sent < Backlog.AHEAD; sent += LARGE.getSerializedSize()) {
            replies.send(LARGE);
        }
    }

    private static AtomicBoolean askForRoom(GrpcReplies replies) {
        var room = new AtomicBoolean();
        replies.whenRoom(Runnable::run, () -> room.set(true));
        return room;
    }

    @Test
    void aCallerIsReadFromAgainWhenTheyHaveTakenWhatWaits() {
        var replies = replies(LONG);
        assertThat(askForRoom(replies)).isTrue();
        fill(replies);
        var room = askForRoom(replies);
        assertThat(room).isFalse();
        assertThat(memory.taken.get()).isGreaterThan(Backlog.AHEAD / 2);

        caller.takeAll();

        await().untilTrue(room);
        await().untilAsserted(() -> assertThat(memory.taken.get()).isZero());
        assertThat(replies.isOpen()).isTrue();
    }

    @Test
    void repliesThatAreOwedCountAsWell() {
        var replies = replies(LONG);
        caller.takeAll();
        var owed = 0;
        for (; askForRoom(replies).get(); owed++) {
            replies.owe();
        }
        var room = askForRoom(replies);
        assertThat(room).isFalse();
        for (; owed > 0; owed--) {
            replies.sendOwed(PutRequest.getDefaultInstance());
        }
        await().untilTrue(room);
    }

    @Test
    void whoeverSendsPatientlyWaitsForTheCaller() {
        var replies = replies(LONG);
        fill(replies);
        var sent = new CountDownLatch(1);
        var sender =
                Thread.startVirtualThread(() -> {
                    replies.sendPatiently(LARGE);
                    sent.countDown();
                });
        await().until(() -> sender.getState() == Thread.State.WAITING);
        assertThat(sent.getCount()).isOne();

        caller.takeAll();

        await().until(() -> sent.getCount() == 0);
    }

    @Test
    void oneMessageMayBeOfAnySize() {
        var replies = replies(LONG);
        var huge =
                PutRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[Backlog.MOST + Backlog.AHEAD]))
                        .build();
        replies.sendPatiently(huge);
        assertThat(replies.isOpen()).isTrue();
        assertThat(memory.taken.get()).isGreaterThan(Backlog.MOST);

        caller.takeAll();

        await().untilAsserted(() -> assertThat(memory.taken.get()).isZero());
        assertThat(replies.isOpen()).isTrue();
    }

    @Test
    void aCallerThatTakesNothingForLongIsGivenUp() throws InterruptedException {
        var replies = replies(Duration.ofMillis(50));
        fill(replies);
        var room = askForRoom(replies);
        replies.sendPatiently(LARGE);
        caller.gone.await();
        assertThat(replies.isOpen()).isFalse();
        assertThat(room).isFalse();
    }

    @Test
    void aCallerWhoseShareIsFullIsGivenUp() throws InterruptedException {
        memory.most = 500_000;
        var replies = replies(LONG);
        fill(replies);
        caller.gone.await();
        assertThat(replies.isOpen()).isFalse();
    }

    @Test
    void noMoreThanSoMuchWaitsWhoeverSendsIt() throws InterruptedException {
        var replies = replies(LONG);
        for (var sent = 0; sent < Backlog.MOST + Backlog.AHEAD; sent += LARGE.getSerializedSize()) {
            replies.send(LARGE);
        }
        caller.gone.await();
        assertThat(memory.taken.get())
                .isLessThanOrEqualTo(Backlog.MOST + Backlog.STEP + LARGE.getSerializedSize());
    }
}
