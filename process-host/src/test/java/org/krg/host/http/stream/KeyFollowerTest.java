// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpObject;
import com.linecorp.armeria.common.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.krg.host.RequestMemory;
import org.krg.host.engine.FakeKeySpace;
import org.krg.host.engine.FakeKeySpace.FakeWatch;
import org.krg.state.KeySpace.Change;
import org.krg.state.KeySpace.Notice;
import org.krg.state.KeySpace.WatchSpec;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyValue;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;

@Timeout(60)
final class KeyFollowerTest {
    private static final WatchSpec ALL =
            new WatchSpec(KeyRange.ALL, Optional.empty(), true, true, true, false);

    /// The headers, the first comment and the first bookmark, each with the line that ends it.
    private static final int BEGINNING = 5;

    private static final int LARGE = 100_000;

    private final FakeKeySpace keys = new FakeKeySpace(new Revision(4), _ -> List.of(), _ -> {});
    private final Memory memory = new Memory();
    private final Client client = new Client();
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /// Memory that counts.
    private static final class Memory implements RequestMemory {
        final AtomicLong taken = new AtomicLong();
        volatile long most = Long.MAX_VALUE;

        @Override
        public boolean take(long bytes) {
            var fits = taken.get() + bytes <= most;
            taken.addAndGet(fits ? bytes : 0);
            return fits;
        }

        @Override
        public void give(long bytes) {
            taken.addAndGet(-bytes);
        }
    }

    /// Takes what a test has it take.
    private static final class Client implements Subscriber<HttpObject> {
        final List<HttpObject> parts = new CopyOnWriteArrayList<>();
        volatile @Nullable Subscription subscription;

        @Override
        public void onSubscribe(Subscription subscription) {
            this.subscription = subscription;
        }

        void take(long more) {
            if (subscription != null) {
                subscription.request(more);
            }
        }

        String text(int part) {
            return parts.get(part) instanceof HttpData data ? data.toStringUtf8() : "";
        }

        @Override
        public void onNext(HttpObject part) {
            parts.add(part);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    private FakeWatch follow() {
        var answer = new CompletableFuture<HttpResponse>();
        var follower = new KeyFollower(keys, "ann", ALL, memory);
        Thread.startVirtualThread(() -> {
            var out = new SseWriter(answer);
            follower.run(out);
            out.close();
            end.complete(null);
        });
        answer.join().subscribe(client, CommonPools.workerGroup().next());
        await().until(() -> client.subscription != null);
        // And one more, as a connection does that has written what it took.
        client.take(BEGINNING + 1);
        await().until(() -> client.parts.size() == BEGINNING);
        return keys.watches().getFirst();
    }

    private static Notice changes() {
        var at = new Revision(5);
        var value =
                new KeyValue(
                        Bytes.of("k"), Bytes.of("x".repeat(LARGE)), at, at, 1, KeyValue.NO_LEASE);
        return new Notice.Changes(at, List.of(new Change(value, Optional.of(value))));
    }

    @Test
    void whatIsToldCountsUntilTheClientHasTakenIt() {
        var watch = follow();
        watch.tell(changes());
        await().until(() -> client.parts.size() == BEGINNING + 1);
        assertThat(client.text(BEGINNING)).startsWith("id: 5\ndata: {").contains("xxx");
        assertThat(memory.taken).hasValueGreaterThan(3 * LARGE);

        client.take(Long.MAX_VALUE);
        await().untilAsserted(() -> assertThat(memory.taken).hasValue(0));
        watch.tell(new Notice.Ended(new IllegalStateException("enough")));
        end.join();
        assertThat(watch.isClosed()).isTrue();
    }

    @Test
    void whatDoesNotFitEndsTheStreamSoThatTheClientGoesOnBehindWhatItSaw() {
        memory.most = 3 * LARGE;
        var watch = follow();
        client.take(Long.MAX_VALUE);
        watch.tell(changes());

        end.join();
        assertThat(watch.isClosed()).isTrue();
        assertThat(client.parts).hasSize(BEGINNING);
        assertThat(memory.taken).hasValue(0);
        assertThat(KeyFollower.behind(ALL, new Revision(4)).from()).contains(new Revision(5));
    }
}
