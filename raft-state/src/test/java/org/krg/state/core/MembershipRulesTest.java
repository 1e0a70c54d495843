// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.krg.state.core.MembershipChange.Reassign;
import org.krg.state.core.MembershipChange.Remove;
import org.krg.state.core.MembershipChange.Replace;
import org.krg.state.model.NodeId;
import org.krg.state.model.Role;
import org.krg.testkit.Seeds;

class MembershipRulesTest {
    private static final List<Peer> THREE = List.of(voter(1), voter(2), voter(3), listener(4));
    private static final List<Peer> ONE_DEAD = List.of(voter(1), voter(2), dead(3), listener(4));
    private static final List<Peer> TWO_DEAD = List.of(voter(1), dead(2), dead(3), listener(4));

    @Test
    void aVoterMayLeaveWhileAMajorityOfTheRestIsAlive() {
        assertThat(MembershipRules.refusal(THREE, new Remove(node(3)))).isEmpty();
        assertThat(MembershipRules.refusal(ONE_DEAD, new Remove(node(3)))).isEmpty();
        assertThat(MembershipRules.refusal(ONE_DEAD, new Remove(node(2))))
                .hasValueSatisfying(why ->
                        assertThat(why)
                                .contains("lose its quorum")
                                .contains("1 of 2 voters")
                                .contains("; "));
    }

    @Test
    void nothingIsChangedWithoutAMajority() {
        for (var change :
                List.of(
                        new Remove(node(2)),
                        MembershipChange.promote(node(4)),
                        new Replace(node(2), node(4)))) {
            assertThat(MembershipRules.refusal(TWO_DEAD, change))
                    .hasValueSatisfying(why -> assertThat(why).contains("1 of 3 voters are alive"));
        }
    }

    @Test
    void theLastVoterStays() {
        var alone = List.of(voter(1), listener(2));
        assertThat(MembershipRules.refusal(alone, MembershipChange.demote(node(1)))).isPresent();
        assertThat(MembershipRules.refusal(alone, new Remove(node(1)))).isPresent();
        assertThat(MembershipRules.refusal(alone, new Replace(node(1), node(2)))).isEmpty();
    }

    @Test
    void onlyALivingListenerThatHasTheLogBecomesAVoter() {
        var late = new Peer(node(5), 1, Role.LISTENER, true, MembershipRules.MOST_LAG + 1);
        var silent = new Peer(node(6), 1, Role.LISTENER, false, 0);
        var peers = with(THREE, late, silent);
        assertThat(MembershipRules.refusal(peers, MembershipChange.promote(node(4)))).isEmpty();
        assertThat(MembershipRules.refusal(peers, MembershipChange.promote(node(5)))).isPresent();
        assertThat(MembershipRules.refusal(peers, MembershipChange.promote(node(6)))).isPresent();
        assertThat(MembershipRules.refusal(peers, MembershipChange.promote(node(3)))).isPresent();
        assertThat(MembershipRules.refusal(peers, MembershipChange.promote(node(9)))).isPresent();
        assertThat(MembershipRules.refusal(peers, new Replace(node(3), node(5)))).isPresent();
    }

    @Test
    void thereIsAMostOfVoters() {
        var seven = IntStream.rangeClosed(1, 7).mapToObj(MembershipRulesTest::voter).toList();
        var peers = with(seven, listener(8));
        assertThat(MembershipRules.refusal(peers, MembershipChange.promote(node(8))))
                .hasValueSatisfying(why -> assertThat(why).contains("8 voters").contains("; "));
        assertThat(MembershipRules.refusal(peers, swap(8, 1))).isEmpty();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource
    void aJointChangeIsJudgedAsAWhole(List<Peer> peers, MembershipChange change, String why) {
        var refusal = MembershipRules.refusal(peers, change);
        if (why.isEmpty()) {
            assertThat(refusal).isEmpty();
        } else {
            assertThat(refusal)
                    .hasValueSatisfying(said -> assertThat(said).contains(why).contains("; "));
        }
    }

    static Stream<Arguments> aJointChangeIsJudgedAsAWhole() {
        var six = List.of(voter(1), voter(2), voter(3), listener(4), listener(5), listener(6));
        var oneDead = List.of(voter(1), voter(2), dead(3), listener(4), listener(5), listener(6));
        var twoDead = List.of(voter(1), dead(2), dead(3), listener(4), listener(5), listener(6));
        var five = List.of(voter(1), voter(2), voter(3), dead(4), voter(5));
        var late = new Peer(node(7), 1, Role.LISTENER, true, MembershipRules.MOST_LAG + 1);
        return Stream.of(
                arguments(six, MembershipChange.promote(node(4), node(5)), ""),
                arguments(six, MembershipChange.demote(node(1), node(2)), ""),
                arguments(six, reassign(List.of(4, 5, 6), List.of(1, 2, 3)), ""),
                arguments(oneDead, reassign(List.of(4, 5, 6), List.of(1, 2, 3)), ""),
                arguments(oneDead, swap(4, 3), ""),
                // One by one it would be refused: with the dead one, 1 of 2 would be alive.
                arguments(oneDead, MembershipChange.demote(node(2), node(3)), ""),
                arguments(oneDead, swap(4, 2), ""),
                arguments(twoDead, swap(4, 2), "1 of 3 voters are alive"),
                arguments(
                        five,
                        MembershipChange.demote(node(1), node(2), node(3)),
                        "1 of 2 voters are alive afterwards"),
                arguments(
                        six,
                        MembershipChange.demote(node(1), node(2), node(3)),
                        "nobody would vote"),
                arguments(with(six, late), swap(7, 1), "n7 is 10001 entries behind"),
                arguments(
                        with(six, late),
                        MembershipChange.promote(node(4), node(7)),
                        "n7 is 10001 entries behind"),
                arguments(six, MembershipChange.promote(node(4), node(9)), "n9 is no member"),
                arguments(six, reassign(List.of(4), List.of(9)), "n9 is no member"),
                arguments(six, reassign(List.of(4), List.of(5)), "n5 is no voter"),
                arguments(six, reassign(List.of(2), List.of(1)), "n2 is a voter already"),
                arguments(six, MembershipChange.promote(node(4), node(4)), "n4 is named twice"),
                arguments(six, MembershipChange.demote(node(1), node(1)), "n1 is named twice"),
                arguments(six, swap(4, 4), "n4 is to vote and to vote no more"),
                arguments(six, MembershipChange.promote(), "no node is named"));
    }

    @Test
    void aVoterThatIsGoneIsReplacedByAListener() {
        assertThat(MembershipRules.next(ONE_DEAD, List.of(node(3)), List.of(), 3))
                .contains(new Replace(node(3), node(4)));
        assertThat(MembershipRules.next(ONE_DEAD, List.of(), List.of(), 3)).isEmpty();
        assertThat(MembershipRules.next(TWO_DEAD, List.of(node(2), node(3)), List.of(), 3))
                .isEmpty();
    }

    @Test
    void listenersArePromotedToAnOddNumberOfVoters() {
        var two = List.of(voter(1), listener(2));
        var three = List.of(voter(1), listener(2), listener(3));
        assertThat(MembershipRules.next(two, List.of(), List.of(), 3)).isEmpty();
        assertThat(MembershipRules.next(three, List.of(), List.of(), 3))
                .contains(MembershipChange.promote(node(2)));
        assertThat(MembershipRules.next(THREE, List.of(), List.of(), 3)).isEmpty();
        assertThat(MembershipRules.next(THREE, List.of(), List.of(), 5)).isEmpty();
        assertThat(MembershipRules.next(with(THREE, listener(5)), List.of(), List.of(), 5))
                .contains(MembershipChange.promote(node(4)));
    }

    @Test
    void whomAnOperatorDemotedGetsNoVoteWhileAnotherNodeCanHaveIt() {
        var demoted = List.of(node(2));
        var three = List.of(voter(1), listener(2), voter(3));
        assertThat(MembershipRules.next(three, List.of(), demoted, 3)).isEmpty();
        assertThat(MembershipRules.next(with(three, listener(4)), List.of(), demoted, 3))
                .contains(MembershipChange.promote(node(4)));
    }

    @Test
    void inThePlaceOfADeadVoterADemotedNodeVotesUntilAnotherCan() {
        var demoted = List.of(node(4));
        assertThat(MembershipRules.next(ONE_DEAD, List.of(node(3)), demoted, 3))
                .contains(new Replace(node(3), node(4)));
        assertThat(MembershipRules.next(with(ONE_DEAD, listener(5)), List.of(node(3)), demoted, 3))
                .contains(new Replace(node(3), node(5)));

        var substituted = List.of(voter(1), voter(2), voter(4));
        assertThat(MembershipRules.next(substituted, List.of(), demoted, 3)).isEmpty();
        assertThat(MembershipRules.next(with(substituted, listener(3)), List.of(), demoted, 3))
                .contains(swap(3, 4));
    }

    @Test
    void whatTheLeaderDoesByItselfIsAllowedKeepsTheMajorityAndEnds() {
        Seeds.run(
                300,
                random -> {
                    var peers = randomPeers(random);
                    var wanted = random.nextBoolean() ? 3 : 5;
                    var gone =
                            peers.stream().filter(peer -> !peer.alive()).map(Peer::node).toList();
                    var demoted =
                            peers.stream()
                                    .map(Peer::node)
                                    .filter(_ -> random.nextBoolean())
                                    .toList();
                    var steps = 0;
                    for (var next = MembershipRules.next(peers, gone, demoted, wanted);
                            next.isPresent();
                            next = MembershipRules.next(peers, gone, demoted, wanted)) {
                        assertThat(MembershipRules.refusal(peers, next.get())).isEmpty();
                        assertThat(MembershipRules.hasMajority(peers)).isTrue();
                        peers = MembershipRules.after(peers, next.get());
                        assertThat(MembershipRules.hasMajority(peers)).isTrue();
                        assertThat(++steps).isLessThan(20);
                    }
                });
    }

    @Test
    void noAllowedChangeCostsTheMajority() {
        Seeds.run(
                300,
                random -> {
                    var peers = randomPeers(random);
                    var change = randomChange(random, peers);
                    if (MembershipRules.refusal(peers, change).isEmpty()) {
                        assertThat(MembershipRules.hasMajority(peers)).isTrue();
                        assertThat(
                                        MembershipRules.hasMajority(
                                                MembershipRules.after(peers, change)))
                                .as("%s", change)
                                .isTrue();
                    }
                });
    }

    private static MembershipChange swap(int promoted, int demoted) {
        return reassign(List.of(promoted), List.of(demoted));
    }

    private static MembershipChange reassign(List<Integer> promoted, List<Integer> demoted) {
        return new Reassign(
                promoted.stream().map(MembershipRulesTest::node).toList(),
                demoted.stream().map(MembershipRulesTest::node).toList());
    }

    private static MembershipChange randomChange(RandomGenerator random, List<Peer> peers) {
        var one = peers.get(random.nextInt(peers.size())).node();
        var other = peers.get(random.nextInt(peers.size())).node();
        return switch (random.nextInt(5)) {
            case 0 -> MembershipChange.promote(one, other);
            case 1 -> MembershipChange.demote(one, other);
            case 2 -> new Reassign(List.of(one), List.of(other));
            case 3 -> new Remove(one);
            default -> new Replace(one, other);
        };
    }

    private static List<Peer> randomPeers(RandomGenerator random) {
        var peers = new ArrayList<Peer>();
        for (var number = 1; number <= 1 + random.nextInt(9); number++) {
            peers.add(
                    new Peer(
                            node(number),
                            1,
                            number == 1 || random.nextBoolean() ? Role.VOTER : Role.LISTENER,
                            random.nextInt(4) > 0,
                            random.nextInt(20_000)));
        }
        return peers;
    }

    private static List<Peer> with(List<Peer> peers, Peer... more) {
        var all = new ArrayList<>(peers);
        all.addAll(List.of(more));
        return all;
    }

    private static Peer voter(int number) {
        return new Peer(node(number), 1, Role.VOTER, true, 0);
    }

    private static Peer dead(int number) {
        return new Peer(node(number), 1, Role.VOTER, false, 50);
    }

    private static Peer listener(int number) {
        return new Peer(node(number), 1, Role.LISTENER, true, 0);
    }

    private static NodeId node(int number) {
        return new NodeId("n" + number);
    }
}
