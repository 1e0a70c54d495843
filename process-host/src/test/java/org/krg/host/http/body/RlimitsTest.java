// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.model.Rlimit;

class RlimitsTest {
    @Test
    void theHardLimitIsTheSoftOneIfItIsLeftOut() {
        assertThat(read("{'stack':{'soft':-1},'nofile':{'soft':7,'hard':9}}"))
                .containsExactly(
                        new Rlimit(Rlimit.Resource.NOFILE, 7, 9),
                        new Rlimit(Rlimit.Resource.STACK, Rlimit.UNLIMITED, Rlimit.UNLIMITED));
    }

    @Test
    void aRefusalNamesTheField() {
        assertThatThrownBy(() -> read("{'nproc':{'soft':7}}"))
                .hasMessageContaining("rlimits")
                .hasMessageContaining("as, core, cpu");
        assertThatThrownBy(() -> read("{'core':{'hard':7}}"))
                .hasMessageContaining("rlimits.core.soft: is missing");
        assertThatThrownBy(() -> read("{'core':null}"))
                .hasMessageContaining("rlimits.core: is missing");
        assertThatThrownBy(() -> read("{'core':{'soft':8,'hard':7}}"))
                .hasMessageContaining("rlimits.core: a soft limit is not above the hard one");
    }

    private static List<Rlimit> read(String limits) {
        var json = "{\"rlimits\":" + limits.replace('\'', '"') + "}";
        return Rlimits.of(
                Bodies.read(json.getBytes(StandardCharsets.UTF_8), SubmissionBody.class).rlimits());
    }
}
