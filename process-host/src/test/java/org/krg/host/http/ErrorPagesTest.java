// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.junit.jupiter.api.Test;

final class ErrorPagesTest {
    private final ErrorPages pages =
            new ErrorPages(new Shares(2 * Shares.OVERHEAD, new MetricRegistry()));

    private AggregatedHttpResponse render(HttpRequest request) {
        var context = ServiceRequestContext.of(request);
        return pages.renderStatus(
                context, context.config(), request.headers(), HttpStatus.NOT_FOUND, null, null);
    }

    @Test
    void pagesThatNobodyReadsAreNotMadeWithoutEnd() {
        var first = HttpRequest.streaming(HttpMethod.POST, "/v1/nothing");
        var page = render(first);
        assertThat(page.status()).isEqualTo(HttpStatus.NOT_FOUND);
        assertThat(page.contentUtf8()).contains("there is no POST /v1/nothing");

        var second = render(HttpRequest.of(HttpMethod.GET, "/v1/nothing"));
        assertThat(second.status()).isEqualTo(HttpStatus.TOO_MANY_REQUESTS);
        assertThat(second.content().isEmpty()).isTrue();
    }
}
