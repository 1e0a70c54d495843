// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BehindTest {
    private static final JsonNode LEADER =
            copy("{'node':'n1','leader':'n1','term':5,'appliedTime':'2026-11-27T12:00:09.500Z'}");

    @Test
    void aCopyIsBehindByWhatItsNewestEntryIsOlder() {
        var slow =
                copy("{'node':'n2','leader':'n1','term':5,'appliedTime':'2026-11-27T12:00:00Z'}");

        Behind.add(List.of(slow, LEADER));

        assertThat(slow.path("behindMillis").asLong()).isEqualTo(9_500);
        assertThat(LEADER.path("behindMillis").asLong()).isZero();
    }

    @Test
    void aCopyThatWasAskedLaterIsNotBehind() {
        var later =
                copy("{'node':'n2','leader':'n1','term':5,'appliedTime':'2026-11-27T12:00:10Z'}");

        Behind.add(List.of(LEADER, later));

        assertThat(later.path("behindMillis").asLong(-1)).isZero();
    }

    @Test
    void whoStillTakesItselfForTheLeaderOfAnOldTermIsBehind() {
        var old = copy("{'node':'n3','leader':'n3','term':4,'appliedTime':'2026-11-27T12:00:00Z'}");

        Behind.add(List.of(old, LEADER));

        assertThat(old.path("behindMillis").asLong()).isEqualTo(9_500);
    }

    @Test
    void nothingIsSaidOfACopyThatAppliedNothingOrWithoutALeader() {
        var fresh = copy("{'node':'n2','leader':'n1','term':5}");
        var alone = copy("{'node':'n2','term':5,'appliedTime':'2026-11-27T12:00:00Z'}");

        Behind.add(List.of(fresh, LEADER));
        Behind.add(List.of(alone));

        assertThat(fresh.has("behindMillis")).isFalse();
        assertThat(alone.has("behindMillis")).isFalse();
    }

    @Test
    void theTableShowsItInSeconds() {
        var slow =
                copy(
                        "{'node':'n2','role':'follower','leader':'n1','term':5,'lag':3,"
                                + "'leaderSince':'2026-11-27T12:00:00Z','appliedTime':'2026-11-27T12:00:00Z'}");
        Behind.add(List.of(slow, LEADER));

        assertThat(StoredState.status(List.of(slow), Instant.parse("2026-11-27T12:01:00Z"), true))
                .contains("LAG  BEHIND")
                .contains("3   9.5 s");
    }

    private static JsonNode copy(String text) {
        try {
            return new ObjectMapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException broken) {
            throw new AssertionError(broken);
        }
    }
}
