// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.command.AccessCommand;
import org.krg.state.command.AccessCommand.AddRole;
import org.krg.state.command.AccessCommand.AddUser;
import org.krg.state.command.AccessCommand.DeleteRole;
import org.krg.state.command.AccessCommand.DeleteUser;
import org.krg.state.command.AccessCommand.GrantPermission;
import org.krg.state.command.AccessCommand.GrantRole;
import org.krg.state.command.AccessCommand.RevokePermission;
import org.krg.state.command.AccessCommand.RevokeRole;
import org.krg.state.command.AccessCommand.SetEnabled;
import org.krg.state.command.Refusal;
import org.krg.state.command.Reply;
import org.krg.state.image.Access;
import org.krg.state.image.Table;
import org.krg.state.model.Revision;
import org.krg.state.model.User;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyRole;

final class AccessRefusalsTest {
    /// There is ann, and there is app; she does not have it.
    private static final Access NOW =
            Access.EMPTY
                    .withUsers(
                            Table.<String, User>empty().with("ann", new User("ann", "", List.of())))
                    .withRoles(
                            Table.<String, KeyRole>empty()
                                    .with("app", new KeyRole("app", List.of())));

    private static final KeyGrant GRANT = new KeyGrant(KeyRange.ALL, Mode.READ);

    @Test
    void aNameThatIsTaken() {
        assertThat(of(new AddUser("ann", ""), Refusal.NAME_TAKEN))
                .hasMessage("etcdserver: user name already exists");
        assertThat(of(new AddRole("app"), Refusal.NAME_TAKEN))
                .hasMessage("etcdserver: role name already exists");
    }

    @Test
    void whatIsMissingIsNamed() {
        var noUser = "etcdserver: user name not found";
        var noRole = "etcdserver: role name not found";
        assertThat(missing(new DeleteUser("bob"))).hasMessage(noUser);
        assertThat(missing(new GrantRole("bob", "app"))).hasMessage(noUser);
        assertThat(missing(new RevokeRole("bob", "app"))).hasMessage(noUser);
        assertThat(missing(new DeleteRole("web"))).hasMessage(noRole);
        assertThat(missing(new GrantPermission("web", GRANT))).hasMessage(noRole);
        assertThat(missing(new RevokePermission("web", KeyRange.ALL))).hasMessage(noRole);
        assertThat(missing(new GrantRole("ann", "web"))).hasMessage(noRole);
        assertThat(missing(new RevokeRole("ann", "app")))
                .hasMessage("etcdserver: role is not granted to the user");
        assertThat(missing(new RevokePermission("app", KeyRange.ALL)))
                .hasMessage("etcdserver: permission is not granted to the role");
    }

    @Test
    void rootIsMissingOrNeeded() {
        var root = NOW.withUsers(NOW.users().with("root", new User("root", "", List.of())));
        assertThat(of(new SetEnabled(true), Refusal.CONFLICT))
                .hasMessage("etcdserver: root user does not exist");
        assertThat(AccessRefusals.of(new SetEnabled(true), refused(Refusal.CONFLICT), root))
                .hasMessage("etcdserver: root user does not have root role");
        assertThat(of(new DeleteUser("root"), Refusal.CONFLICT))
                .hasMessage("etcdserver: invalid auth management");
    }

    @Test
    void othersAreToldAsTheyAre() {
        var denied = of(new DeleteUser("ann"), Refusal.NOT_PERMITTED);
        assertThat(denied.status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
        var full = of(new AddRole("web"), Refusal.LIMIT);
        assertThat(full.status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
        assertThat(full).hasMessage("why");
        assertThat(of(new AddRole("w b"), Refusal.INVALID)).hasMessage("why");
    }

    /// Nothing of it is about leases or keys.
    @ParameterizedTest
    @EnumSource(names = {"NAME_TAKEN", "NOT_FOUND", "CONFLICT", "INVALID", "LIMIT"})
    void whatTheRulesRefuseIsNotToldAsSomethingOfLeases(Refusal refusal) {
        assertThat(of(new GrantRole("ann", "app"), refusal).getMessage())
                .doesNotContain("lease", "mvcc");
    }

    private static GrpcFailure missing(AccessCommand command) {
        return of(command, Refusal.NOT_FOUND);
    }

    private static GrpcFailure of(AccessCommand command, Refusal refusal) {
        return AccessRefusals.of(command, refused(refusal), NOW);
    }

    private static Reply.Refused refused(Refusal refusal) {
        return new Reply.Refused(new Revision(3), refusal, "why");
    }
}
