// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.SplittableRandom;
import org.krg.pages.coherence.SimulatedAgent.Touch;

/// What simulated processes do next: a touch here or there, or a load of the page after the last
/// one. In every fourth run most of it is turns, which are a load of a page and then a store into
/// it.
final class TouchMix {
    private final SplittableRandom random;
    private final int pages;
    private final boolean hasTurns;

    TouchMix(SplittableRandom random, int pages, boolean hasTurns) {
        this.random = random;
        this.pages = pages;
        this.hasTurns = hasTurns;
    }

    /// {@return whether the run of a seed is one with turns}
    static boolean hasTurns(long seed) {
        return seed % 8 >= 6;
    }

    Touch next(SimulatedAgent agent) {
        if (agent.isInTurn) {
            agent.isInTurn = false;
            return new Touch(agent.last, true);
        }
        if (hasTurns && random.nextInt(8) != 0) {
            agent.isInTurn = true;
            agent.last = random.nextInt(pages);
            return new Touch(agent.last, false);
        }
        var isNext = random.nextInt(3) == 0;
        agent.last = isNext ? (agent.last + 1) % pages : random.nextInt(pages);
        return new Touch(agent.last, !isNext && random.nextInt(2) == 0);
    }
}
