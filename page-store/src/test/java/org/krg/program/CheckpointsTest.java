// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.krg.pages.codec.AttachError;
import org.krg.pages.fixture.Agreement;
import org.krg.pages.fixture.PageNode;
import org.krg.pages.fixture.Toucher;

/// A JVM that wants a say in its checkpoints, told by who would freeze it next.
class CheckpointsTest {
    @TempDir private Path directory;

    @Test
    void aJvmHasTheSameSayAsAProgramInC() throws Exception {
        var epoch = Files.writeString(directory.resolve("epoch"), "3");
        try (var agreement = new Agreement();
                var node = new PageNode("one", agreement, directory)) {
            var program = node.sayingInJava(epoch);
            assertThat(program.ask("on")).isEqualTo("ok");
            assertThat(program.ask("table")).isEqualTo("ok");
            assertThat(program.ask("peek")).isEqualTo("7");
            assertThat(program.ask("disable")).isEqualTo("ok");
            assertThatThrownBy(() -> node.detach(program)).hasMessageContaining("critical section");
            assertThat(program.ask("now")).isEqualTo("krg_checkpoint_now: errno 35");
            assertThat(program.ask("enable")).isEqualTo("ok");

            var asked = program.begin("now");
            var answer = node.requested();
            node.detach(program);
            answer.complete(AttachError.NONE);
            node.giveBack();

            assertThat(Toucher.await(asked)).isEqualTo("false");
            assertThat(program.ask("counts")).isEqualTo("1 0 1");
            assertThat(program.ask("peek")).isEqualTo("0");
            node.detach(program);
            Files.writeString(epoch, "4");
            node.giveBack();
            assertThat(program.ask("counts")).isEqualTo("2 1 1");
            assertThat(program.ask("epoch")).isEqualTo("4");
            assertThat(program.ask("refuse")).isEqualTo("ok");
            assertThatThrownBy(() -> node.detach(program)).hasMessageContaining("it returned 1");
            assertThat(program.ask("counts")).isEqualTo("3 1 1");
        }
    }
}
