// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.SplittableRandom;
import org.krg.pages.coherence.SimulatedAgent.Touch;

/// What simulated processes do next: a touch here or there, a load of the page after the last one,
/// or a turn, which is a load of a page and then a store into it.
final class TouchMix {
    private final SplittableRandom random;
    private final int pages;

    TouchMix(SplittableRandom random, int pages) {
        this.random = random;
        this.pages = pages;
    }

    Touch next(SimulatedAgent agent) {
        if (agent.isInTurn) {
            agent.isInTurn = false;
            return new Touch(agent.last, true);
        }
        return switch (random.nextInt(3)) {
            case 0 -> {
                agent.last = (agent.last + 1) % pages;
                yield new Touch(agent.last, false);
            }
            case 1 -> {
                agent.last = random.nextInt(pages);
                agent.isInTurn = true;
                yield new Touch(agent.last, false);
            }
            default -> {
                agent.last = random.nextInt(pages);
                yield new Touch(agent.last, random.nextBoolean());
            }
        };
    }
}
