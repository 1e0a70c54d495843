// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;
import org.krg.testkit.Seeds;

class MembershipStepsTest {
    private static final int MOST_STEPS = 5;

    @Test
    void oneStepIsEnoughWhileMoreStayThanCome() {
        assertThat(walk(peers(4, 1, 2, 3), peers(4, 1, 2, 3, 4))).containsExactly("1 2 3 4");
        assertThat(walk(peers(5, 1, 2, 3), peers(5, 1, 2, 3, 4, 5))).containsExactly("1 2 3 4 5");
        assertThat(walk(peers(4, 1, 2, 3), peers(4, 2, 3, 4))).containsExactly("2 3 4");
        assertThat(walk(peers(5, 1, 2, 3, 4, 5), peers(5, 4, 5))).containsExactly("4 5");
    }

    @Test
    void whereNoMajorityStaysOthersAreAddedFirst() {
        assertThat(walk(peers(6, 1, 2, 3), peers(6, 4, 5, 6)))
                .containsExactly("1 2 3 4 5", "4 5 6");
        assertThat(walk(peers(5, 1, 2, 3), peers(5, 3, 4, 5)))
                .containsExactly("1 2 3 4 5", "3 4 5");
        assertThat(walk(peers(3, 1), peers(3, 1, 2, 3))).containsExactly("1 2", "1 2 3");
        assertThat(walk(peers(2, 1), peers(2, 2))).containsExactly("1 2", "2");
        assertThat(walk(peers(4, 1, 2), peers(4, 3, 4))).containsExactly("1 2 3", "1 2 3 4", "3 4");
    }

    @Test
    void whoLeavesStaysUntilTheLastStep() {
        var wanted = new ArrayList<>(peers(2, 2));
        wanted.removeFirst();

        var first = MembershipSteps.next(peers(2, 1), wanted);

        assertThat(MembershipSteps.isReached(first, peers(2, 1, 2))).isTrue();
        assertThat(MembershipSteps.next(first, wanted)).isEqualTo(wanted);
    }

    @Test
    void eachStepLeavesAMajorityOfItsVotersInPlaceAndTheStepsEnd() {
        Seeds.run(
                300,
                random -> {
                    var now = randomVoters(random.ints(9, 0, 2).toArray());
                    var wanted = randomVoters(random.ints(9, 0, 2).toArray());
                    var steps = 0;
                    while (!MembershipSteps.isReached(now, wanted)) {
                        var next = MembershipSteps.next(now, wanted);
                        var staying = voters(next);
                        staying.retainAll(voters(now));
                        var isSecond = voters(now).size() == 1 && voters(next).size() == 2;
                        assertThat(staying.size() * 2 > voters(next).size() || isSecond)
                                .as("%s to %s", now, next)
                                .isTrue();
                        assertThat(++steps).isLessThanOrEqualTo(MOST_STEPS);
                        now = next;
                    }
                });
    }

    /// {@return the voters after each step}
    private static List<String> walk(List<Peer> before, List<Peer> wanted) {
        var steps = new ArrayList<String>();
        var now = before;
        while (!MembershipSteps.isReached(now, wanted)) {
            now = MembershipSteps.next(now, wanted);
            steps.add(
                    voters(now).stream()
                            .map(node -> node.name().substring(1))
                            .collect(Collectors.joining(" ")));
        }
        return steps;
    }

    private static Set<NodeId> voters(List<Peer> peers) {
        return peers.stream()
                .filter(Peer::isVoter)
                .map(Peer::node)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Peer> randomVoters(int[] votes) {
        votes[votes.length - 1] = 1;
        return peers(
                votes.length,
                IntStream.range(0, votes.length)
                        .filter(index -> votes[index] == 1)
                        .map(index -> index + 1)
                        .toArray());
    }

    /// {@return so many members, some of which vote}
    private static List<Peer> peers(int count, int... voting) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(number ->
                        new Peer(
                                new NodeId("n" + number),
                                1,
                                IntStream.of(voting).anyMatch(each -> each == number)
                                        ? Role.VOTER
                                        : Role.LISTENER,
                                true,
                                0))
                .toList();
    }
}
