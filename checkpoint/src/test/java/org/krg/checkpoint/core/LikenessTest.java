// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.state.model.Engine;
import org.krg.state.model.StartFault;

class LikenessTest {
    private static final Origin HERE = new Origin(Engine.CRIU, "4.2", "6.18.3", "x86_64", "epyc");

    @Test
    void whatNobodyKnowsIsLeftAsItIsOnALikeMachine() {
        var failure = failure(Code.OTHER);

        assertThat(Likeness.judged(failure, HERE, HERE)).isEqualTo(failure);
        assertThat(failure.code().fault()).isEqualTo(StartFault.UNKNOWN);
    }

    @Test
    void whatNobodyKnowsIsTheNodesFaultWhereTheMachineIsAnother() {
        var there = new Origin(Engine.CRIU, "4.1", "6.18.3", "x86_64", "xeon");

        var judged = Likeness.judged(failure(Code.SUSPECT), there, HERE);

        assertThat(judged.code().fault()).isEqualTo(StartFault.NODE);
        assertThat(judged.cause())
                .isEqualTo(
                        "it crashed; it was saved elsewhere: engine 4.1, here 4.2, processor xeon, here"
                                + " epyc");
    }

    @Test
    void aKnownCauseStaysWhatItIsWhereverItWasSaved() {
        var there = new Origin(Engine.CRIU, "4.1", "6.12.0", "x86_64", "epyc");

        for (var code : new Code[] {Code.CORRUPT, Code.FILE_MISMATCH, Code.DISK_FULL}) {
            var failure = failure(code);
            assertThat(Likeness.judged(failure, there, HERE)).isEqualTo(failure);
        }
    }

    private static Failure failure(Code code) {
        return new Failure(Phase.RESTORE, code, "it crashed", "The log tells more", "", "");
    }
}
