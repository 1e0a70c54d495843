// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InterruptionTest {
    private final List<String> done = new ArrayList<>();

    @Test
    void whatCleansUpIsNotCutShortByAnInterruptThatCameBefore() {
        Thread.currentThread().interrupt();

        Interruption.defer(() -> {
            Thread.sleep(1);
            done.add("cleaned up");
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).containsExactly("cleaned up");
    }

    @Test
    void whatCleansUpIsDoneWholeThoughAnInterruptComesMeanwhile() {
        Interruption.defer(() -> {
            if (done.isEmpty()) {
                done.add("began");
                Thread.currentThread().interrupt();
            }
            Thread.sleep(1);
            done.add("cleaned up");
        });

        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).containsExactly("began", "cleaned up");
    }
}
