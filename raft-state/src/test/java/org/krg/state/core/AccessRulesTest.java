// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.krg.testkit.Samples.AWAY;
import static org.krg.testkit.Samples.DIGEST;
import static org.krg.testkit.Samples.HOME;
import static org.krg.testkit.Samples.START;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.krg.state.command.AccessCommand.AddRole;
import org.krg.state.command.AccessCommand.AddUser;
import org.krg.state.command.AccessCommand.CreateToken;
import org.krg.state.command.AccessCommand.DeleteRole;
import org.krg.state.command.AccessCommand.DeleteUser;
import org.krg.state.command.AccessCommand.GrantPermission;
import org.krg.state.command.AccessCommand.GrantRole;
import org.krg.state.command.AccessCommand.JoinNode;
import org.krg.state.command.AccessCommand.RevokePermission;
import org.krg.state.command.AccessCommand.RevokeRole;
import org.krg.state.command.AccessCommand.RevokeToken;
import org.krg.state.command.AccessCommand.SetEnabled;
import org.krg.state.command.AccessCommand.SetPassword;
import org.krg.state.command.NodeCommand.FenceNode;
import org.krg.state.command.NodeCommand.RemoveNode;
import org.krg.state.command.Refusal;
import org.krg.state.image.Access;
import org.krg.state.model.JoinToken;
import org.krg.state.model.Sha256;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;

class AccessRulesTest {
    private static final Sha256 OTHER = new Sha256("1".repeat(64));
    private static final KeyRange OPS = KeyRange.prefix(Bytes.of("/ops/"));

    private final Scene scene = new Scene();

    @Test
    void usersComeChangeAndGo() {
        scene.accept(new AddUser("ann", "first"));
        scene.accept(new SetPassword("ann", "second"));
        assertThat(access().users().require("ann").passwordHash()).isEqualTo("second");
        scene.refuse(Refusal.NAME_TAKEN, new AddUser("ann", ""));
        scene.refuse(Refusal.INVALID, new AddUser("a b", ""));
        scene.refuse(Refusal.INVALID, new AddUser("", ""));
        scene.refuse(Refusal.INVALID, new AddUser("bob", "x".repeat(513)));

        scene.accept(new DeleteUser("ann"));

        assertThat(access().users().size()).isZero();
        scene.refuse(Refusal.NOT_FOUND, new DeleteUser("ann"));
        scene.refuse(Refusal.NOT_FOUND, new SetPassword("ann", ""));
        assertThat(access().revision()).isEqualTo(3);
    }

    @Test
    void aRoleThatGoesIsTakenFromItsUsers() {
        scene.accept(new AddUser("ann", ""));
        scene.refuse(Refusal.NOT_FOUND, new GrantRole("ann", "ops"));
        scene.accept(new AddRole("ops"));
        scene.refuse(Refusal.NAME_TAKEN, new AddRole("ops"));
        scene.refuse(Refusal.NAME_TAKEN, new AddRole("root"));
        scene.accept(new GrantRole("ann", "ops"));
        assertThat(scene.accept(new GrantRole("ann", "ops"))).isEmpty();

        scene.accept(new DeleteRole("ops"));

        assertThat(access().users().require("ann").roles()).isEmpty();
        scene.refuse(Refusal.NOT_FOUND, new RevokeRole("ann", "ops"));
        scene.refuse(Refusal.NOT_FOUND, new DeleteRole("ops"));
    }

    @Test
    void aPermissionIsForExactlyItsRange() {
        scene.accept(new AddRole("ops"));
        scene.accept(new GrantPermission("ops", new KeyGrant(OPS, Mode.READ)));
        scene.accept(new GrantPermission("ops", new KeyGrant(OPS, Mode.WRITE)));
        assertThat(access().roles().require("ops").grants())
                .containsExactly(new KeyGrant(OPS, Mode.WRITE));
        scene.refuse(Refusal.NOT_FOUND, new RevokePermission("ops", KeyRange.ALL));

        scene.accept(new RevokePermission("ops", OPS));

        assertThat(access().roles().require("ops").grants()).isEmpty();
        scene.refuse(Refusal.NOT_FOUND, new RevokePermission("dev", OPS));
    }

    @Test
    void permissionsCountOnlyWhereThereIsARoot() {
        scene.refuse(Refusal.CONFLICT, new SetEnabled(true));
        scene.accept(new AddUser("root", "hash"));
        scene.refuse(Refusal.CONFLICT, new SetEnabled(true));
        scene.accept(new GrantRole("root", "root"));

        scene.accept(new SetEnabled(true));

        assertThat(access().enabled()).isTrue();
        assertThat(scene.accept(new SetEnabled(true))).isEmpty();
        scene.refuse(Refusal.CONFLICT, new DeleteUser("root"));
        scene.refuse(Refusal.CONFLICT, new RevokeRole("root", "root"));
        scene.accept(new SetEnabled(false));
        scene.accept(new DeleteUser("root"));
    }

    @Test
    void aTokenLetsOneNodeInAndOnlyOnce() {
        token("t1", START.plusSeconds(60));

        var joined = scene.accepted(join("t1", DIGEST, START.plusSeconds(59)));

        assertThat(joined.created()).isEqualTo(1);
        assertThat(scene.image().nextNumber()).isEqualTo(2);
        assertThat(access().tokens().size()).isZero();
        scene.refuse(Refusal.NOT_PERMITTED, join("t1", DIGEST, START));
        var second = new JoinNode("t1", DIGEST, AWAY, OTHER, START);
        scene.refuse(Refusal.NOT_PERMITTED, second);
    }

    @Test
    void aTokenThatIsExpiredRevokedOrWrongLetsNobodyIn() {
        token("t1", START.plusSeconds(60));
        scene.refuse(Refusal.NOT_PERMITTED, join("t1", DIGEST, START.plusSeconds(60)));
        scene.refuse(Refusal.NOT_PERMITTED, join("t1", OTHER, START));
        scene.refuse(Refusal.NOT_PERMITTED, join("t2", DIGEST, START));

        scene.accept(new RevokeToken("t1"));

        scene.refuse(Refusal.NOT_PERMITTED, join("t1", DIGEST, START));
        scene.refuse(Refusal.NOT_FOUND, new RevokeToken("t1"));
    }

    @Test
    void tokensAreShortLivedAndExpiredOnesGo() {
        scene.refuse(Refusal.INVALID, create("t0", START));
        scene.refuse(Refusal.INVALID, create("t0", START.plus(Duration.ofDays(8))));
        token("t1", START.plusSeconds(60));
        scene.refuse(Refusal.NAME_TAKEN, create("t1", START.plusSeconds(60)));

        scene.accept(
                new CreateToken(
                        new JoinToken("t2", DIGEST, START.plusSeconds(500)),
                        START.plusSeconds(100)));

        assertThat(access().tokens().values()).extracting(JoinToken::id).containsExactly("t2");
    }

    @Test
    void theCertificatesOfARemovedNodeAreVoidAndThoseOfItsReturnAreNot() {
        var three = new Scene();
        three.accept(new CreateToken(new JoinToken("t1", DIGEST, START.plusSeconds(60)), START));
        var first = three.accepted(join("t1", DIGEST, START)).created();
        three.register(HOME);
        three.accept(new CreateToken(new JoinToken("t3", DIGEST, START.plusSeconds(60)), START));
        three.refuse(Refusal.CONFLICT, join("t3", DIGEST, START));
        three.lose(HOME);
        three.accept(new FenceNode(HOME, three.now()));
        assertThat(three.image().access().isValid(HOME, first)).isTrue();

        three.accept(new RemoveNode(HOME));

        assertThat(three.image().access().isValid(HOME, 0)).isFalse();
        assertThat(three.image().access().isValid(HOME, first)).isFalse();
        assertThat(three.image().access().isValid(AWAY, 0)).isTrue();
        three.accept(new CreateToken(new JoinToken("t2", DIGEST, START.plusSeconds(60)), START));
        var second = three.accepted(join("t2", DIGEST, START)).created();
        assertThat(three.image().access().isValid(HOME, second)).isTrue();
    }

    @Test
    void ofTwoThatJoinUnderOneNameTheLaterHasTheCertificateThatCounts() {
        token("t1", START.plusSeconds(60));
        token("t2", START.plusSeconds(60));
        var first = scene.accepted(join("t1", DIGEST, START)).created();
        assertThat(access().isValid(HOME, first)).isTrue();

        var second = scene.accepted(join("t2", DIGEST, START)).created();

        assertThat(access().isValid(HOME, first)).isFalse();
        assertThat(access().isValid(HOME, second)).isTrue();
    }

    @Test
    void whoJoinedAndNeverRegisteredIsRemovedOnce() {
        token("t1", START.plusSeconds(60));
        var given = scene.accepted(join("t1", DIGEST, START)).created();
        scene.refuse(Refusal.NOT_FOUND, new RemoveNode(AWAY));

        scene.accept(new RemoveNode(HOME));

        assertThat(access().isValid(HOME, given)).isFalse();
        scene.refuse(Refusal.NOT_FOUND, new RemoveNode(HOME));
        token("t2", START.plusSeconds(60));
        var again = scene.accepted(join("t2", DIGEST, START)).created();
        assertThat(access().isValid(HOME, again)).isTrue();
    }

    @Test
    void nothingThatIsPrintedHoldsASecret() {
        var printed =
                List.of(
                                new AddUser("ann", "canary"),
                                new SetPassword("ann", "canary"),
                                new JoinNode("t1", DIGEST, HOME, OTHER, START),
                                new JoinToken("t1", DIGEST, START))
                        .toString();
        scene.accept(new AddUser("ann", "canary"));

        assertThat(printed + scene.image()).doesNotContain("canary").doesNotContain(DIGEST.hex());
    }

    private void token(String id, Instant expires) {
        scene.accept(create(id, expires));
    }

    private static CreateToken create(String id, Instant expires) {
        return new CreateToken(new JoinToken(id, DIGEST, expires), START);
    }

    private static JoinNode join(String token, Sha256 secretHash, Instant at) {
        return new JoinNode(token, secretHash, HOME, OTHER, at);
    }

    private Access access() {
        return scene.image().access();
    }
}
