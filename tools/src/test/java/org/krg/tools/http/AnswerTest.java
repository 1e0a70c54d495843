// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.krg.state.model.HostPort;

final class AnswerTest {
    @Test
    void anAgentThatHasNoMemoryForARequestSaysSoWithoutABody() {
        var answer = Answer.of(new HostPort("127.0.0.1", 7440), 429, new byte[0]);
        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answer.Refused.class,
                        refused ->
                                assertThat(refused.failure())
                                        .hasMessage(
                                                "127.0.0.1:7440 has no memory for more requests"
                                                        + " of this user"));
    }
}
