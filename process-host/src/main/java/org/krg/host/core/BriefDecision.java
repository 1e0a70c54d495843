// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import java.util.ArrayList;
import java.util.List;
import org.krg.state.model.PlacementDecision;
import org.krg.state.model.Verdict;

/// Makes a decision short enough for the log, however many nodes and rules there are: an operation
/// that is too large is refused, and the process would wait for ever.
public final class BriefDecision {
    /// Characters of reasons in all; one takes at most three bytes.
    static final int MOST_CHARACTERS = 128 << 10;

    static final int MOST_VERDICTS = 1_000;

    private BriefDecision() {}

    /// {@return the decision with what is said of the chosen node and as much of what is said of
    /// the others as there is room for, each with its share}
    public static PlacementDecision of(PlacementDecision whole) {
        var verdicts = new ArrayList<Verdict>();
        for (var verdict : whole.verdicts()) {
            var chosen = whole.chosen().filter(verdict.node()::equals).isPresent();
            if (chosen || verdicts.size() < MOST_VERDICTS) {
                verdicts.add(verdict);
            }
        }
        var share = MOST_CHARACTERS / Math.max(1, verdicts.size());
        return new PlacementDecision(
                whole.policy(),
                whole.chosen(),
                verdicts.stream().map(verdict -> brief(verdict, share)).toList(),
                whole.at());
    }

    private static Verdict brief(Verdict verdict, int share) {
        var room = share;
        var kept = new ArrayList<String>();
        for (var reason : verdict.reasons()) {
            room -= reason.length();
            if (room < 0) {
                break;
            }
            kept.add(reason);
        }
        var more = verdict.reasons().size() - kept.size();
        return more == 0
                ? verdict
                : new Verdict(verdict.node(), verdict.feasible(), verdict.score(), and(kept, more));
    }

    private static List<String> and(List<String> kept, int more) {
        kept.add("… and " + more + " more");
        return kept;
    }
}
