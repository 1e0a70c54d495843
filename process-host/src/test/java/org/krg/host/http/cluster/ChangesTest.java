// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.krg.host.HostFailure;
import org.krg.host.engine.FakeStore;
import org.krg.host.http.body.StatusFailure;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.model.Revision;
import org.krg.state.model.SessionId;
import org.krg.testkit.Samples;

final class ChangesTest {
    private final Changes changes = new Changes(new FakeStore(Samples.HOME));

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, NOT_FOUND",
        "NAME_TAKEN, CONFLICT",
        "INVALID, USAGE",
        "CONFLICT, CONFLICT",
        "WRONG_TERM, NO_QUORUM"
    })
    void eachRefusalHasItsCode(Refusal refusal, HostFailure.Code code) {
        var failure = (HostFailure) Changes.failure(refused(refusal, "it is so"));

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.getMessage()).endsWith("it is so");
    }

    @Test
    void limitsAndForgottenSessionsAreToldApart() {
        var limit = (StatusFailure) Changes.failure(refused(Refusal.LIMIT, "too many"));
        assertThat(limit.status).isEqualTo(429);
        assertThat(limit.failure.code()).isEqualTo(HostFailure.Code.FAILED);
        assertThat(Changes.failure(refused(Refusal.SESSION_EXPIRED, "forgotten")))
                .isInstanceOf(UnknownOutcome.class);
    }

    @Test
    void theRemedyStandsBehindTheSemicolon() {
        var failure =
                (HostFailure)
                        Changes.failure(refused(Refusal.NAME_TAKEN, "heat lives; stop it; or not"));

        assertThat(failure.getMessage()).isEqualTo("heat lives");
        assertThat(failure.remedy()).isEqualTo("stop it; or not");
    }

    @Test
    void aKeyIsTheClientsOrANewOne() {
        assertThat(changes.key(Optional.of("7:3"), "root"))
                .isEqualTo(new Changes.Key(new SessionId(7), 3, "root"));
        assertThat(changes.key(Optional.empty(), "root"))
                .isNotEqualTo(changes.key(Optional.empty(), "root"));
    }

    @Test
    void aSecondKeyIsTheSameEachTimeAndNobodyElses() {
        var key = new Changes.Key(new SessionId(7), 3, "root");

        assertThat(key.second()).isEqualTo(key.second());
        assertThat(key.second().session().value()).isNegative();
        assertThat(key.second())
                .isNotEqualTo(new Changes.Key(new SessionId(7), 4, "root").second());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "7:", ":1", "7:0", "-7:1", "7:-1", "7:1:1", "x:1"})
    void otherKeysAreRefused(String header) {
        assertThatThrownBy(() -> changes.key(Optional.of(header), "root"))
                .isInstanceOf(HostFailure.class)
                .hasMessageContaining("SESSION:SEQUENCE");
    }

    private static Reply.Refused refused(Refusal refusal, String detail) {
        return new Reply.Refused(new Revision(1), refusal, detail);
    }
}
