// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.host.HostFailure;
import org.krg.state.model.RestartPolicy;
import org.krg.state.model.StopOrder;

final class ValuesTest {
    @Test
    void durationsAreDecimalSeconds() {
        assertThat(Values.duration("x", new BigDecimal("1.5"), Duration.ZERO))
                .isEqualTo(Duration.ofMillis(1_500));
        assertThat(Values.duration("x", new BigDecimal("1e-9"), Duration.ZERO))
                .isEqualTo(Duration.ofNanos(1));
        assertThat(Values.duration("x", null, Duration.ofSeconds(3)))
                .isEqualTo(Duration.ofSeconds(3));
        assertThatThrownBy(() -> Values.duration("x", new BigDecimal("-1"), Duration.ZERO))
                .isInstanceOf(HostFailure.class);
        assertThatThrownBy(() -> Values.duration("x", new BigDecimal("1e400"), Duration.ZERO))
                .isInstanceOf(HostFailure.class);
    }

    /// Rounding it would take hundreds of megabytes.
    @Test
    void aNumberWithVeryManyDigitsIsNotRounded() {
        for (var number : List.of("1e-500000000", "1e-19", "0e-500000000", "1e500000000")) {
            assertThatThrownBy(() -> Values.duration("x", new BigDecimal(number), Duration.ZERO))
                    .isInstanceOf(HostFailure.class);
        }
    }

    @Test
    void constantsAreWrittenInLowerCaseWithDashes() {
        assertThat(Values.constant("x", "on-failure", RestartPolicy.When.NEVER))
                .isEqualTo(RestartPolicy.When.ON_FAILURE);
        assertThatThrownBy(() -> Values.constant("x", "ON_FAILURE", RestartPolicy.When.NEVER))
                .hasMessageContaining("never, on-failure, always");
    }

    @Test
    void signalsAreNumbersOrNames() {
        assertThat(Signals.parse(IntNode.valueOf(64), 15)).isEqualTo(64);
        assertThat(Signals.parse(TextNode.valueOf("9"), 15)).isEqualTo(9);
        assertThat(Signals.parse(TextNode.valueOf("SIGSYS"), 15)).isEqualTo(31);
        assertThat(Signals.parse(TextNode.valueOf("term"), 1)).isEqualTo(15);
        assertThat(Signals.parse(null, 15)).isEqualTo(15);
        assertThatThrownBy(() -> Signals.parse(TextNode.valueOf("SIG"), 15))
                .isInstanceOf(HostFailure.class);
        assertThatThrownBy(() -> Signals.parse(IntNode.valueOf(0), 15))
                .isInstanceOf(HostFailure.class);
    }

    @Test
    void aStopIsTermAndTenSecondsUnlessSaidOtherwise() {
        assertThat(new StopBody(null, null).order(Instant.EPOCH))
                .isEqualTo(new StopOrder(15, Duration.ofSeconds(10), Instant.EPOCH));
        assertThat(new StopBody(IntNode.valueOf(2), BigDecimal.ZERO).order(Instant.EPOCH))
                .isEqualTo(new StopOrder(2, Duration.ZERO, Instant.EPOCH));
    }

    @Test
    void aProgramGivesItsNameToAJob() {
        assertThat(name("/usr/bin/heat")).isEqualTo("heat");
        assertThat(name("./a b")).isEqualTo("a-b");
        assertThat(name("/opt/42")).isEqualTo("job42");
        assertThat(name("/")).isEqualTo("job");
        assertThat(name(".hidden")).isEqualTo("hidden");
        assertThat(name("x".repeat(80))).hasSize(40);
    }

    private static String name(String program) {
        var body = "{\"command\":[\"" + program + "\"],\"workingDirectory\":\"/\"}";
        return Submission.of(
                        Bodies.read(body.getBytes(StandardCharsets.UTF_8), SubmissionBody.class))
                .nameOfProgram();
    }
}
