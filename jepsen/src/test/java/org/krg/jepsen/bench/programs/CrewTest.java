// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The programs that `tools` carries, as threads of one process.
class CrewTest {
    private static final Path PROGRAM =
            Path.of(System.getProperty("krg.root"), "target", "native", "parallel");

    static List<Work> works() {
        return Work.SMALL;
    }

    @ParameterizedTest
    @MethodSource("works")
    void whatIsComputedDoesNotDependOnHowManyComputeIt(Work work) {
        var alone = Crew.threads(PROGRAM, work, 1);

        // Some parts are larger than others.
        assertThat(Crew.threads(PROGRAM, work, 3).checksum()).isEqualTo(alone.checksum());
    }

    @Test
    void aProgramThatFailsIsSaid() {
        var unknown = new Work("nothing", 64, 1);

        assertThatThrownBy(() -> Crew.threads(PROGRAM, unknown, 1))
                .isInstanceOf(ProgramFailed.class);
    }

    @Test
    void aLineWithoutAChecksumIsRefused() {
        assertThatThrownBy(() -> Computed.of("matrix of 64: 0.1 s"))
                .isInstanceOf(ProgramFailed.class)
                .hasMessageContaining("no checksum");
        assertThat(Computed.of("matrix of 64, 1 rounds: checksum 00000000000000ff, 1.5000 s"))
                .isEqualTo(new Computed("00000000000000ff", 1.5));
    }
}
