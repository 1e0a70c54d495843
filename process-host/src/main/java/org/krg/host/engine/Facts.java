// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.krg.host.ProgramQuestion;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.model.Node;
import org.krg.state.model.NodeId;

/// What nodes said of programs, remembered briefly. Owned by the thread of [LeaderDuties].
final class Facts {
    /// A program that was just installed is found within this time.
    private static final Duration KEPT = Duration.ofSeconds(5);

    /// A node that does not answer is asked again after this time.
    private static final Duration KEPT_UNKNOWN = Duration.ofSeconds(1);

    /// Questions that nobody has answered yet; their answers have room in the inbox of the duties.
    private static final int MOST_ASKED = 1_024;

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);

    private final Probes probes;
    private final Ticker ticker;
    private final Answered answered;
    private final Map<Key, Optional<Known>> known = new HashMap<>();
    private int asked;

    /// A question to one registration of a node.
    record Key(NodeId node, long agentStarts, ProgramQuestion question) {}

    private record Known(ProgramFacts facts, Duration until) {}

    /// Takes answers on other threads and brings them back to the owner's.
    interface Answered {
        void take(Key key, ProgramFacts facts);
    }

    Facts(Probes probes, Ticker ticker, Answered answered) {
        this.probes = probes;
        this.ticker = ticker;
        this.answered = answered;
    }

    /// Forgets what was said too long ago.
    void forget() {
        var now = ticker.now();
        known.values().removeIf(it -> it.filter(at -> at.until().compareTo(now) < 0).isPresent());
    }

    /// {@return what each node says; empty while one of them has not answered} Asks those that were
    /// not asked lately, unless too many have been asked: their answers come first.
    Optional<SortedMap<NodeId, ProgramFacts>> find(List<Node> nodes, ProgramQuestion question) {
        var facts = new TreeMap<NodeId, ProgramFacts>();
        for (var node : nodes) {
            var key = new Key(node.id(), node.agentStarts(), question);
            var answer = known.get(key);
            if (answer != null) {
                answer.ifPresent(it -> facts.put(node.id(), it.facts()));
            } else if (asked < MOST_ASKED) {
                ask(key);
            }
        }
        return facts.size() == nodes.size() ? Optional.of(facts) : Optional.empty();
    }

    void answer(Key key, ProgramFacts facts) {
        var unknown = facts.presence() == ProgramFacts.Presence.UNKNOWN;
        asked--;
        var until = ticker.now().plus(unknown ? KEPT_UNKNOWN : KEPT);
        known.put(key, Optional.of(new Known(facts, until)));
    }

    private void ask(Key key) {
        asked++;
        known.put(key, Optional.empty());
        var _ =
                probes.ask(key.node(), key.question())
                        .orTimeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((facts, failure) ->
                                answered.take(
                                        key,
                                        facts == null
                                                ? ProgramFacts.unknown(String.valueOf(failure))
                                                : facts));
    }
}
