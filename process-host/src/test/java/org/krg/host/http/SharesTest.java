// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.codahale.metrics.MetricRegistry;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.junit.jupiter.api.Test;
import org.krg.host.BodyRefused;

final class SharesTest {
    private static final long OF_ONE = Shares.OVERHEAD + 100;

    private final MetricRegistry metrics = new MetricRegistry();
    private final Shares shares = new Shares(2 * OF_ONE, metrics);

    private static ServiceRequestContext context() {
        return ServiceRequestContext.of(HttpRequest.of(HttpMethod.GET, "/"));
    }

    private static void end(ServiceRequestContext context) {
        context.logBuilder().endRequest();
        context.logBuilder().endResponse();
    }

    @Test
    void oneUserHoldsTheHalfAtMost() {
        var ann = shares.enter(context(), "ann");
        assertThat(ann.take(100)).isTrue();
        assertThat(ann.take(1)).isFalse();
        assertThatThrownBy(() -> shares.enter(context(), "ann")).isInstanceOf(BodyRefused.class);
        assertThat(shares.enter(context(), "bob").take(100)).isTrue();
        assertThatThrownBy(() -> shares.enter(context(), "eve")).isInstanceOf(BodyRefused.class);
        assertThat(metrics.counter("krg.api.requests_refused_total").getCount()).isEqualTo(3);
    }

    @Test
    void whatIsGivenBackMayBeTakenAgain() {
        var ann = shares.enter(context(), "ann");
        assertThat(ann.take(100)).isTrue();
        ann.give(40);
        assertThat(ann.take(41)).isFalse();
        assertThat(ann.take(40)).isTrue();
    }

    @Test
    void aRequestThatIsAnsweredHoldsNothing() {
        var context = context();
        var ann = shares.enter(context, "ann");
        assertThat(ann.take(100)).isTrue();
        assertThat(shares.held()).isEqualTo(OF_ONE);
        end(context);
        await().until(() -> shares.held() == 0);
        ann.give(100);
        assertThat(ann.take(1)).isFalse();
        assertThat(shares.held()).isZero();
    }
}
