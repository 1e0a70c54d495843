// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

final class ToForceTest {
    private final Deque<Runnable> asked = new ArrayDeque<>();
    private long forcing = 3;
    private long end = 7;
    private boolean isClosed;
    private final ToForce toForce = new ToForce(() -> forcing, this::end, asked::add);

    private long end() {
        if (isClosed) {
            throw new IllegalStateException("closed");
        }
        return end;
    }

    @Test
    void whatTheLogEndsWithIsToBeForcedThoughNobodyHasBegunTo() {
        toForce.look();
        asked.remove().run();

        assertThat(toForce.look()).isEqualTo(7);
    }

    @Test
    void whatIsBeingForcedCountsWhileTheLogIsLocked() {
        assertThat(toForce.look()).isEqualTo(3);
        forcing = 9;
        assertThat(toForce.look()).isEqualTo(9);
        assertThat(asked).as("who waits for the log").hasSize(1);
    }

    @Test
    void aLogThatIsShorterAfterASnapshotIsToBeForcedUpToWhereItEnds() {
        toForce.look();
        asked.remove().run();
        forcing = -1;
        end = 5;

        toForce.look();
        asked.remove().run();

        assertThat(toForce.look()).isEqualTo(5);
    }

    @Test
    void aLogThatIsClosedForAMomentIsAskedAgain() {
        isClosed = true;
        toForce.look();
        asked.remove().run();
        isClosed = false;

        toForce.look();
        asked.remove().run();

        assertThat(toForce.look()).isEqualTo(7);
    }
}
