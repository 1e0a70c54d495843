// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
    @Test
    void whatCannotBeHandedToExecIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> program(List.of(), "/"));
        assertThatIllegalArgumentException().isThrownBy(() -> program(List.of("a\0b"), "/"));
        assertThatIllegalArgumentException().isThrownBy(() -> program(List.of("a"), "here"));
    }

    @Test
    void anExitIsShownAsAShellShowsIt() {
        assertThat(new ProcessExit.Exited(3).shellStatus()).isEqualTo(3);
        assertThat(new ProcessExit.Signaled(15).shellStatus()).isEqualTo(143);
        assertThat(new ProcessExit.NotStarted(127, "gone").shellStatus()).isEqualTo(127);
        assertThat(new ProcessExit.Vanished("lease").shellStatus()).isEqualTo(125);
    }

    private static Program program(List<String> arguments, String directory) {
        return new Program(arguments, List.of(), directory, Program.USUAL_UMASK, List.of());
    }
}
