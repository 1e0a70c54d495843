// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.krg.state.codec.AllCommands;
import org.krg.state.command.Command;
import org.krg.state.command.JobCommand.StopJob;
import org.krg.state.command.JobCommand.SubmitJob;
import org.krg.state.command.Refusal;
import org.krg.state.core.Authority.Rule;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.JobId;
import org.krg.state.model.StopOrder;
import org.krg.state.model.User;
import org.krg.state.model.key.KeyRole;
import org.krg.testkit.Samples;

class AuthorityTest {
    private static final List<String> OWNERS =
            List.of(
                    "SubmitJob",
                    "AdmitJob",
                    "StopJob",
                    "RestoreFrom",
                    "SetFrozen",
                    "DropGeneration",
                    "CordonNode",
                    "CreateSegment",
                    "DestroySegment",
                    "ResizeSegment",
                    "SetSegmentMode",
                    "StartMigration",
                    "BeginCut",
                    "AbortMigration",
                    "GrantLease",
                    "RevokeLease",
                    "Transact",
                    "CompactKeys",
                    "LimitKeys",
                    "KeepVersions");
    private static final List<String> ROOTS =
            List.of(
                    "FenceNode",
                    "RemoveNode",
                    "RecordVoters",
                    "AddUser",
                    "DeleteUser",
                    "SetPassword",
                    "GrantRole",
                    "RevokeRole",
                    "AddRole",
                    "DeleteRole",
                    "GrantPermission",
                    "RevokePermission",
                    "SetEnabled",
                    "CreateToken",
                    "RevokeToken",
                    "LimitCheckpoints",
                    "StorePolicy",
                    "ActivatePolicy",
                    "RollBackPolicy",
                    "RemovePolicy");

    /// Whoever adds a command changes the switch in [Authority] and then one of these lists: every
    /// other command is the agents' own.
    @Test
    void everyCommandIsJudgedAsTheMatrixSays() {
        var seen = new TreeSet<String>();
        for (var command : AllCommands.samples()) {
            var name = command.getClass().getSimpleName();
            seen.add(name);
            var rule = Authority.rule(ClusterImage.EMPTY, command);
            assertThat(rule)
                    .describedAs(name)
                    .isInstanceOf(
                            OWNERS.contains(name)
                                    ? Rule.Owner.class
                                    : ROOTS.contains(name) ? Rule.Root.class : Rule.Agents.class);
            assertThat(may("eve", command)).describedAs("eve: " + name).isFalse();
            assertThat(may("root", command))
                    .describedAs("root: " + name)
                    .isEqualTo(!(rule instanceof Rule.Agents));
            assertThat(may(Authority.AGENT, command))
                    .describedAs("agent: " + name)
                    .isEqualTo(!(rule instanceof Rule.Root));
        }
        assertThat(seen).containsAll(OWNERS).containsAll(ROOTS);
    }

    @Test
    void aJobIsItsOwnersAndRoots() {
        var scene = Scene.withThreeNodes();
        scene.accept(new SubmitJob("heat", Samples.spec(), Samples.ALICE, scene.now()));
        var boss = new User("boss", "", List.of(KeyRole.ROOT));
        var access = scene.image().access();
        var image = scene.image().withAccess(access.withUsers(access.users().with("boss", boss)));
        var job = image.jobs().values().getFirst().id();
        var stop = new StopJob(job, new StopOrder(15, Duration.ZERO, scene.now()));

        assertThat(Authority.problem(image, "alice", stop)).isEmpty();
        assertThat(Authority.problem(image, "root", stop)).isEmpty();
        assertThat(Authority.problem(image, "boss", stop)).isEmpty();
        assertThat(Authority.problem(image, "bob", stop))
                .hasValueSatisfying(why -> assertThat(why).contains("alice").contains("bob"));
        assertThat(ClusterStateMachine.decide(image, "bob", stop))
                .isInstanceOfSatisfying(
                        Decision.Refuse.class,
                        refused -> assertThat(refused.refusal()).isEqualTo(Refusal.NOT_PERMITTED));
        assertThat(Authority.problem(image, "alice", new StopJob(new JobId(999), stop.order())))
                .isPresent();
    }

    @Test
    void nobodySubmitsInTheNameOfAnother() {
        var submit = new SubmitJob("heat", Samples.spec(), Samples.ALICE, Samples.START);

        assertThat(Authority.problem(ClusterImage.EMPTY, "alice", submit)).isEmpty();
        assertThat(Authority.problem(ClusterImage.EMPTY, "bob", submit)).isPresent();
    }

    private static boolean may(String principal, Command command) {
        return Authority.problem(ClusterImage.EMPTY, principal, command).isEmpty();
    }
}
