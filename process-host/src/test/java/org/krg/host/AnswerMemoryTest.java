// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class AnswerMemoryTest {
    private final LimitedMemory memory = new LimitedMemory(1_000);

    @Test
    void theAnswerCountsInPlaceOfWhatWasRead() {
        var answer = AnswerMemory.ofJson(memory);
        answer.accept(400);
        assertThat(memory.free()).isEqualTo(400);
        answer.made(900);
        assertThat(memory.free()).isEqualTo(100);

        var shorter = AnswerMemory.ofBytes(memory);
        shorter.accept(100);
        shorter.made(20);
        assertThat(memory.free()).isEqualTo(80);
    }

    @Test
    void whatDoesNotFitIsRefusedAndNotCounted() {
        var answer = AnswerMemory.ofBytes(memory);
        answer.accept(900);
        assertThatThrownBy(() -> answer.accept(200))
                .isInstanceOfSatisfying(
                        BodyRefused.class,
                        refused -> assertThat(refused.why()).isEqualTo(BodyRefused.Why.TOO_MANY));
        assertThatThrownBy(() -> answer.made(1_100)).isInstanceOf(BodyRefused.class);
        assertThat(memory.free()).isEqualTo(100);
    }
}
