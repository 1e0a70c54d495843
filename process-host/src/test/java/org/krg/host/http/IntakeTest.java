// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.codahale.metrics.MetricRegistry;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpRequestWriter;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.krg.host.BodyRefused;
import org.krg.host.BodyRefused.Why;

@Timeout(60)
final class IntakeTest {
    private static final int MOST = 100;
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Shares shares = new Shares(1 << 20, new MetricRegistry());

    private static HttpRequestWriter request() {
        return HttpRequest.streaming(HttpMethod.POST, "/");
    }

    private CompletableFuture<byte[]> whole(HttpRequest request, Duration patience) {
        var context = ServiceRequestContext.of(request);
        return Intake.whole(context, request, shares.enter(context, "ann"), MOST, patience);
    }

    private static HttpData bytes(int length) {
        return HttpData.ofUtf8("x".repeat(length));
    }

    private static void assertRefused(CompletableFuture<byte[]> whole, Why why) {
        await().until(whole::isDone);
        assertThat(whole.exceptionNow())
                .isInstanceOfSatisfying(
                        BodyRefused.class, refused -> assertThat(refused.why()).isEqualTo(why));
    }

    @Test
    void aBodyIsWholeWhenAllItsPiecesAreThere() {
        var request = request();
        var whole = whole(request, LONG);
        request.write(HttpData.ofUtf8("one,"));
        request.write(HttpData.ofUtf8("two,"));
        assertThat(whole).isNotDone();
        request.write(HttpData.ofUtf8("three"));
        request.close();
        assertThat(new String(whole.join(), StandardCharsets.UTF_8)).isEqualTo("one,two,three");
        assertThat(whole(HttpRequest.of(HttpMethod.GET, "/"), LONG).join()).isEmpty();
    }

    @Test
    void aBodyThatIsTooLongIsRefusedBeforeItIsThere() {
        var request = request();
        var whole = whole(request, LONG);
        request.write(bytes(MOST));
        assertThat(whole).isNotDone();
        request.write(bytes(1));
        assertRefused(whole, Why.TOO_LARGE);
    }

    @Test
    void aBodyThatIsNotThereInTimeIsRefused() {
        var request = request();
        var whole = whole(request, Duration.ofMillis(50));
        request.write(bytes(1));
        assertRefused(whole, Why.TOO_SLOW);
    }

    @Test
    void aBodyThatExceedsTheShareOfItsSenderIsRefused() {
        var memory = new Shares(2 * (Shares.OVERHEAD + 10), new MetricRegistry());
        var request = request();
        var context = ServiceRequestContext.of(request);
        var whole = Intake.whole(context, request, memory.enter(context, "ann"), MOST, LONG);
        request.write(bytes(10));
        request.write(bytes(1));
        assertRefused(whole, Why.TOO_MANY);
    }

    @Test
    void whoGoesLeavesNothing() {
        var request = request();
        var whole = whole(request, LONG);
        request.write(bytes(1));
        request.close(new IllegalStateException("gone"));
        assertThat(whole)
                .failsWithin(LONG)
                .withThrowableThat()
                .havingRootCause()
                .withMessage("gone");
    }
}
