// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.codec.AttachError;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// A real program that wants a say in its checkpoints is told of them, here by who would freeze it
/// next. That another incarnation goes on is what its file says then.
class SayTest {
    private static final long TABLE = 8 << 20;

    @TempDir private Path directory;

    private final Agreement agreement = new Agreement();
    private PageNode node;
    private Path epoch;
    private Toucher program;

    @BeforeEach
    void start() throws IOException {
        epoch = Files.writeString(directory.resolve("epoch"), "7");
        node = new PageNode("one", agreement, directory);
        program = node.saying(epoch);
        assertThat(program.ask("on")).isEqualTo("ok");
    }

    @AfterEach
    void close() {
        node.close();
        agreement.close();
    }

    @Test
    void isCalledBackBeforeAndWhenItGoesOn() throws Exception {
        assertThat(program.ask("epoch")).isEqualTo("7");

        node.detach(program);
        node.giveBack();

        assertThat(program.ask("counts")).isEqualTo("1 0 1");
    }

    @Test
    void knowsThatItIsAnotherIncarnation() throws Exception {
        node.detach(program);
        Files.writeString(epoch, "8");
        node.giveBack();

        assertThat(program.ask("counts")).isEqualTo("1 1 0");
        assertThat(program.ask("epoch")).isEqualTo("8");
    }

    @Test
    void hasAgreedToBeSavedWhileItStandsStill() throws Exception {
        assertThat(node.hasAgreed(program)).isFalse();

        node.detach(program);

        assertThat(node.hasAgreed(program)).isTrue();
        node.giveBack();
        await().until(() -> node.isDetachable(program));
        assertThat(node.hasAgreed(program)).isFalse();
    }

    @Test
    void aProgramWithoutCallbacksHasNotAgreed() throws Exception {
        var silent = node.saying(epoch);
        // Without callbacks it is attended as well.
        assertThat(silent.ask("disable")).isEqualTo("ok");
        assertThat(silent.ask("enable")).isEqualTo("ok");

        node.detach(silent);

        assertThat(node.hasAgreed(silent)).isFalse();
        node.giveBack();
    }

    @Test
    void isNotSavedInACriticalSection() throws Exception {
        assertThat(program.ask("disable")).isEqualTo("ok");
        assertThat(program.ask("disable")).isEqualTo("ok");
        assertThat(refusal()).hasMessageContaining("critical section");
        assertThat(program.ask("enable")).isEqualTo("ok");
        assertThat(refusal()).hasMessageContaining("critical section");
        assertThat(program.ask("counts")).isEqualTo("0 0 0");

        assertThat(program.ask("enable")).isEqualTo("ok");

        node.detach(program);
        node.giveBack();
        assertThat(program.ask("counts")).isEqualTo("1 0 1");
        assertThat(program.ask("enable")).isEqualTo("error EINVAL");
    }

    @Test
    void aCallbackCanRefuse() throws Exception {
        assertThat(program.ask("refuse 42")).isEqualTo("ok");

        assertThat(refusal()).hasMessageContaining("it returned 42");

        assertThat(program.ask("counts")).isEqualTo("1 0 0");
        assertThat(program.ask("refuse 0")).isEqualTo("ok");
        node.detach(program);
        node.giveBack();
        assertThat(program.ask("counts")).isEqualTo("2 0 1");
    }

    @Test
    void whatIsLeftOutIsZerosAndNotResident() throws Exception {
        assertThat(program.ask("table " + TABLE)).isEqualTo("ok");
        var before = residentKib();

        node.detach(program);

        assertThat(before - residentKib()).isGreaterThan(TABLE / 1_024 * 9 / 10);
        node.giveBack();
        assertThat(program.ask("peek")).isEqualTo("zeros");
        assertThat(program.ask("look")).isEqualTo("good 2");
        assertThat(program.ask("keep")).isEqualTo("ok");
        assertThat(program.ask("keep")).isEqualTo("error EINVAL");
        node.detach(program);
        node.giveBack();
        assertThat(program.ask("peek")).isEqualTo("full");
    }

    @Test
    void asksForACheckpointItself() throws Exception {
        var asked = program.begin("now");
        var answer = node.requested();
        node.detach(program);
        // The record may be committed before the program has found its agent again.
        answer.complete(AttachError.NONE);
        node.giveBack();

        assertThat(Toucher.await(asked)).isEqualTo("0");
        assertThat(program.ask("counts")).isEqualTo("1 0 1");
    }

    @Test
    void comesBackFromTheCheckpointThatItAskedFor() throws Exception {
        var asked = program.begin("now");
        var _ = node.requested();
        node.detach(program);
        Files.writeString(epoch, "9");
        node.giveBack();

        assertThat(Toucher.await(asked)).isEqualTo("1");
        assertThat(program.ask("counts")).isEqualTo("1 1 0");
    }

    @Test
    void isToldWhyThereIsNoCheckpoint() throws Exception {
        var asked = program.begin("now");
        node.requested().complete(AttachError.EBUSY);

        assertThat(Toucher.await(asked)).isEqualTo("error EBUSY");
        assertThat(program.ask("disable")).isEqualTo("ok");
        assertThat(program.ask("now")).isEqualTo("error EDEADLK");
    }

    @Test
    void findsAnAgentThatWasStartedAgain() throws Exception {
        node.openAgain();

        await().until(() -> node.isDetachable(program));
    }

    private DetachRefused refusal() {
        return catchThrowableOfType(DetachRefused.class, () -> node.detach(program));
    }

    private long residentKib() throws IOException {
        var status = Path.of("/proc", Integer.toString(program.pid()), "status");
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        }
    }
}
