// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.krg.host.http.AuthRequests.addUser;
import static org.krg.host.http.AuthRequests.bytes;
import static org.krg.host.http.AuthRequests.framed;
import static org.krg.host.http.AuthRequests.getRole;
import static org.krg.host.http.AuthRequests.getUser;
import static org.krg.host.http.AuthRequests.grant;
import static org.krg.host.http.AuthRequests.grantRole;
import static org.krg.host.http.AuthRequests.permission;
import static org.krg.host.http.AuthRequests.revoke;
import static org.krg.host.http.AuthRequests.revokeRole;

import com.google.protobuf.MessageLite;
import com.ibm.etcd.api.AuthDisableRequest;
import com.ibm.etcd.api.AuthEnableRequest;
import com.ibm.etcd.api.AuthEnableResponse;
import com.ibm.etcd.api.AuthRoleAddRequest;
import com.ibm.etcd.api.AuthRoleDeleteRequest;
import com.ibm.etcd.api.AuthRoleGetResponse;
import com.ibm.etcd.api.AuthRoleGrantPermissionRequest;
import com.ibm.etcd.api.AuthRoleListRequest;
import com.ibm.etcd.api.AuthRoleListResponse;
import com.ibm.etcd.api.AuthUserAddRequest;
import com.ibm.etcd.api.AuthUserChangePasswordRequest;
import com.ibm.etcd.api.AuthUserDeleteRequest;
import com.ibm.etcd.api.AuthUserGetResponse;
import com.ibm.etcd.api.AuthUserListRequest;
import com.ibm.etcd.api.AuthUserListResponse;
import com.ibm.etcd.api.AuthenticateRequest;
import com.ibm.etcd.api.CompactionRequest;
import com.ibm.etcd.api.MoveLeaderRequest;
import com.ibm.etcd.api.Permission;
import com.ibm.etcd.api.RangeRequest;
import com.ibm.etcd.api.RangeResponse;
import com.ibm.etcd.api.SnapshotRequest;
import com.ibm.etcd.api.SnapshotResponse;
import com.ibm.etcd.api.StatusRequest;
import com.ibm.etcd.api.StatusResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.krg.host.http.GrpcClient.Refused;
import org.krg.state.model.CertificateName.Role;

/// Users and roles by the calls of etcd: the cluster's own, root's to change, and written down. So
/// is what else of etcd's is root's.
@ExtendWith(SharedApi.class)
@Timeout(60)
final class EtcdAuthApiTest {
    private static final int INVALID_ARGUMENT = 3;
    private static final int FAILED_PRECONDITION = 9;
    private static final int UNIMPLEMENTED = 12;
    private static final String PERMISSION_DENIED = "7";
    private static final int NOT_IMPLEMENTED = 501;
    private static final String PASSWORD = "open sesame";
    private static final String AUTH = "etcdserverpb.Auth/";

    private final ApiFixture api;
    private final GrpcClient client;

    EtcdAuthApiTest(ApiFixture api) {
        this.api = api;
        this.client = new GrpcClient(api.address());
    }

    /// The API is other classes' as well.
    @AfterEach
    void forget() {
        api.post("/v1/auth", "{\"enabled\":false}");
        for (var path : List.of("users/ann", "users/trudy", "users/root", "roles/app")) {
            api.delete("/v1/" + path);
        }
    }

    @Test
    void usersAndRolesAreTheClustersOwn() {
        change("UserAdd", addUser("ann"));
        change("RoleAdd", AuthRoleAddRequest.newBuilder().setName("app").build());
        change("RoleGrantPermission", grant("app", "app/", "app0"));
        change("UserGrantRole", grantRole("ann", "app"));

        assertThat(user("ann").getRolesList()).containsExactly("app");
        assertThat(users()).contains("ann");
        assertThat(roles()).containsExactly("app", "root");
        assertThat(role("app").getPermList())
                .containsExactly(permission(Permission.Type.READWRITE, "app/", "app0"));
        assertThat(api.get("/v1/users/ann").text("/roles/0")).isEqualTo("app");
        assertThat(api.get("/v1/users/ann").text("/password")).isEqualTo("false");
        assertThat(api.get("/v1/roles/app").text("/permissions/0/mode")).isEqualTo("read-write");

        change("RoleRevokePermission", revoke("app", "app/", "app0"));
        assertThat(role("app").getPermList()).isEmpty();
        change("UserRevokeRole", revokeRole("ann", "app"));
        assertThat(user("ann").getRolesList()).isEmpty();
        change("UserGrantRole", grantRole("ann", "app"));
        change("RoleDelete", AuthRoleDeleteRequest.newBuilder().setRole("app").build());
        assertThat(user("ann").getRolesList()).isEmpty();
        change("UserDelete", AuthUserDeleteRequest.newBuilder().setName("ann").build());
        assertThat(users()).doesNotContain("ann");
    }

    @Test
    void mistakesAreToldInTheWordsOfEtcd() {
        var precondition = FAILED_PRECONDITION;
        refused("UserGet", getUser("ann"), precondition, "etcdserver: user name not found");
        refused(
                "UserDelete",
                AuthUserDeleteRequest.newBuilder().setName("ann").build(),
                precondition,
                "etcdserver: user name not found");
        refused("UserGrantRole", grantRole("ann", "app"), precondition, "user name not found");
        refused("UserRevokeRole", revokeRole("ann", "app"), precondition, "user name not found");
        refused("UserAdd", addUser(""), INVALID_ARGUMENT, "etcdserver: user name is empty");
        change("UserAdd", addUser("ann"));
        refused("UserAdd", addUser("ann"), precondition, "etcdserver: user name already exists");

        var app = AuthRoleAddRequest.newBuilder().setName("app").build();
        refused("UserGrantRole", grantRole("ann", "app"), precondition, "role name not found");
        refused("RoleGet", getRole("app"), precondition, "etcdserver: role name not found");
        refused("RoleGrantPermission", grant("app", "a", "b"), precondition, "role name not found");
        refused(
                "RoleRevokePermission",
                revoke("app", "a", "b"),
                precondition,
                "etcdserver: role name not found");
        refused(
                "RoleAdd",
                AuthRoleAddRequest.getDefaultInstance(),
                INVALID_ARGUMENT,
                "etcdserver: role name is empty");
        change("RoleAdd", app);
        refused("RoleAdd", app, precondition, "etcdserver: role name already exists");
        refused(
                "UserRevokeRole",
                revokeRole("ann", "app"),
                precondition,
                "etcdserver: role is not granted to the user");
        refused(
                "RoleRevokePermission",
                revoke("app", "a", "b"),
                precondition,
                "etcdserver: permission is not granted to the role");
        refused(
                "RoleGrantPermission",
                AuthRoleGrantPermissionRequest.newBuilder().setName("app").build(),
                INVALID_ARGUMENT,
                "etcdserver: permission not given");
        for (var wrong : List.of(grant("app", "b", "a"), grant("app", "", "b"))) {
            refused("RoleGrantPermission", wrong, INVALID_ARGUMENT, "invalid auth management");
        }
    }

    @Test
    void permissionsCountOnceThereIsRootAndRootStays() {
        var enable = AuthEnableRequest.getDefaultInstance();
        refused("AuthEnable", enable, FAILED_PRECONDITION, "etcdserver: root user does not exist");
        change("UserAdd", addUser("root"));
        refused(
                "AuthEnable",
                enable,
                FAILED_PRECONDITION,
                "etcdserver: root user does not have root role");
        // As `etcdctl auth enable` goes on by itself.
        change("RoleAdd", AuthRoleAddRequest.newBuilder().setName("root").build());
        change("UserGrantRole", grantRole("root", "root"));
        assertThat(isEnabled()).isFalse();
        change("AuthEnable", enable);
        assertThat(isEnabled()).isTrue();
        assertThat(api.get("/v1/auth").text("/enabled")).isEqualTo("true");

        assertThat(role("root").getPermList())
                .containsExactly(permission(Permission.Type.READWRITE, "\0", "\0"));
        var needed = "etcdserver: invalid auth management";
        refused(
                "UserDelete",
                AuthUserDeleteRequest.newBuilder().setName("root").build(),
                INVALID_ARGUMENT,
                needed);
        refused("UserRevokeRole", revokeRole("root", "root"), INVALID_ARGUMENT, needed);
        refused("RoleGrantPermission", grant("root", "a", "b"), INVALID_ARGUMENT, needed);
        refused("RoleRevokePermission", revoke("root", "a", "b"), INVALID_ARGUMENT, needed);
        refused(
                "RoleDelete",
                AuthRoleDeleteRequest.newBuilder().setRole("root").build(),
                INVALID_ARGUMENT,
                needed);
    }

    @Test
    void passwordsAndOpeningTheStoreAreNotTaken() {
        refused(
                "UserAdd",
                AuthUserAddRequest.newBuilder().setName("ann").setPassword(PASSWORD).build(),
                UNIMPLEMENTED,
                "--no-password");
        assertThat(users()).doesNotContain("ann");
        awaitWritten("root (uid ", List.of(AUTH + "UserAdd ann"), NOT_IMPLEMENTED);
        assertThat(api.audited.entries).noneMatch(entry -> entry.what().contains(PASSWORD));
        refused(
                "UserChangePassword",
                AuthUserChangePasswordRequest.newBuilder().setName("ann").build(),
                UNIMPLEMENTED,
                "krg-admin user certificate");
        refused(
                "Authenticate",
                AuthenticateRequest.newBuilder().setName("ann").build(),
                UNIMPLEMENTED,
                "certificate");
        refused(
                "AuthDisable",
                AuthDisableRequest.getDefaultInstance(),
                UNIMPLEMENTED,
                "krg-admin auth disable");
    }

    @Test
    void whoIsNotRootNeitherSeesNorChangesAnythingOfIt() {
        change("UserAdd", addUser("root"));
        change("UserGrantRole", grantRole("root", "root"));
        change("UserAdd", addUser("trudy"));
        change("AuthEnable", AuthEnableRequest.getDefaultInstance());
        var calls = new LinkedHashMap<String, MessageLite>();
        calls.put(AUTH + "AuthEnable", AuthEnableRequest.getDefaultInstance());
        calls.put(AUTH + "AuthStatus", AuthEnableRequest.getDefaultInstance());
        calls.put(AUTH + "UserAdd", addUser("eve"));
        calls.put(AUTH + "UserGet", getUser("trudy"));
        calls.put(AUTH + "UserList", AuthUserListRequest.getDefaultInstance());
        calls.put(AUTH + "UserDelete", AuthUserDeleteRequest.newBuilder().setName("root").build());
        calls.put(AUTH + "UserGrantRole", grantRole("trudy", "root"));
        calls.put(AUTH + "UserRevokeRole", revokeRole("root", "root"));
        calls.put(AUTH + "RoleAdd", AuthRoleAddRequest.newBuilder().setName("eve").build());
        calls.put(AUTH + "RoleGet", getRole("root"));
        calls.put(AUTH + "RoleList", AuthRoleListRequest.getDefaultInstance());
        calls.put(AUTH + "RoleDelete", AuthRoleDeleteRequest.newBuilder().setRole("app").build());
        calls.put(AUTH + "RoleGrantPermission", grant("app", "a", "b"));
        calls.put(AUTH + "RoleRevokePermission", revoke("app", "a", "b"));
        calls.put("etcdserverpb.Maintenance/MoveLeader", MoveLeaderRequest.getDefaultInstance());
        var before = api.store.image().access();
        try (var trudy = api.as(api.keys.user(Role.CLIENT, "trudy"))) {
            calls.forEach((method, message) ->
                    assertThat(trudy.postRaw("/" + method, framed(message)).grpcStatus())
                            .describedAs(method)
                            .isEqualTo(PERMISSION_DENIED));
            awaitWritten("trudy (", calls.keySet(), 403);
        }
        assertThat(api.store.image().access()).isEqualTo(before);
    }

    @Test
    void whatRootChangesOrReadsAsAWholeIsWrittenDownHoweverItEnds() {
        change("UserAdd", addUser("ann"));
        refused("UserAdd", addUser("ann"), FAILED_PRECONDITION, "already exists");
        change("RoleAdd", AuthRoleAddRequest.newBuilder().setName("app").build());
        change("RoleGrantPermission", grant("app", "app/", "app0"));
        change("UserGrantRole", grantRole("ann", "app"));
        refused(
                "AuthEnable",
                AuthEnableRequest.getDefaultInstance(),
                FAILED_PRECONDITION,
                "does not exist");
        var member = status().getHeader().getMemberId();
        call("etcdserverpb.Maintenance/MoveLeader", move(member));
        assertThatThrownBy(() -> call("etcdserverpb.Maintenance/MoveLeader", move(4711)))
                .hasMessage("etcdserver: bad leader transferee");
        var revision = status().getHeader().getRevision();
        call(
                "etcdserverpb.KV/Compact",
                CompactionRequest.newBuilder().setRevision(revision).build());
        try (var snapshot =
                client.open("etcdserverpb.Maintenance/Snapshot", SnapshotResponse.parser())) {
            snapshot.send(SnapshotRequest.getDefaultInstance());
            // Whoever goes after the first piece has read that.
            assertThat(snapshot.next()).isPresent();
        }
        call("etcdserverpb.KV/Range", RangeRequest.newBuilder().setKey(bytes("a")).build());

        var done =
                List.of(
                        AUTH + "UserAdd ann",
                        AUTH + "RoleAdd app",
                        AUTH + "RoleGrantPermission app READWRITE app/ to app0",
                        AUTH + "UserGrantRole ann app",
                        "etcdserverpb.KV/Compact revision " + revision);
        awaitWritten("root (uid ", done, 200);
        awaitWritten("root (uid ", List.of("etcdserverpb.Maintenance/Snapshot"), 200);
        var moved = "etcdserverpb.Maintenance/MoveLeader " + Long.toHexString(member);
        awaitWritten("root (uid ", List.of(moved), 200);
        awaitWritten(
                "root (uid ",
                List.of(
                        AUTH + "UserAdd ann",
                        AUTH + "AuthEnable",
                        "etcdserverpb.Maintenance/MoveLeader 1267"),
                400);
        assertThat(api.audited.entries)
                .noneMatch(entry ->
                        entry.what().equals("POST /etcdserverpb.KV/Range")
                                && entry.outcome() == 200);
    }

    /// A reply may arrive before its entry is there.
    private void awaitWritten(String who, Iterable<String> methods, int outcome) {
        await().atMost(20, TimeUnit.SECONDS)
                .untilAsserted(() ->
                        assertThat(methods)
                                .allSatisfy(method ->
                                        assertThat(api.audited.entries)
                                                .anyMatch(entry ->
                                                        entry.who().startsWith(who)
                                                                && entry.outcome() == outcome
                                                                && (entry.what() + " ")
                                                                        .startsWith(
                                                                                "POST /%s "
                                                                                        .formatted(
                                                                                                method)))));
    }

    private StatusResponse status() {
        return client.call(
                "etcdserverpb.Maintenance/Status",
                StatusRequest.getDefaultInstance(),
                StatusResponse.parser());
    }

    private static MoveLeaderRequest move(long member) {
        return MoveLeaderRequest.newBuilder().setTargetID(member).build();
    }

    /// All answers to changes are the same on the wire: nothing but a header.
    private void change(String method, MessageLite request) {
        call(AUTH + method, request);
    }

    private void call(String method, MessageLite request) {
        assertThat(client.call(method, request, RangeResponse.parser()).getHeader().getRevision())
                .isPositive();
    }

    private void refused(String method, MessageLite request, int code, String message) {
        assertThatThrownBy(() -> change(method, request))
                .isInstanceOfSatisfying(
                        Refused.class, failure -> assertThat(failure.code).isEqualTo(code))
                .hasMessageContaining(message);
    }

    /// `enabled` is the second field.
    private boolean isEnabled() {
        var status =
                client.call(
                                AUTH + "AuthStatus",
                                AuthEnableRequest.getDefaultInstance(),
                                AuthEnableResponse.parser())
                        .getUnknownFields();
        assertThat(status.getField(3).getVarintList())
                .containsExactly(api.store.image().access().revision());
        return status.getField(2).getVarintList().contains(1L);
    }

    private AuthUserGetResponse user(String name) {
        return client.call(AUTH + "UserGet", getUser(name), AuthUserGetResponse.parser());
    }

    private List<String> users() {
        var all = AuthUserListRequest.getDefaultInstance();
        return client.call(AUTH + "UserList", all, AuthUserListResponse.parser()).getUsersList();
    }

    private AuthRoleGetResponse role(String name) {
        return client.call(AUTH + "RoleGet", getRole(name), AuthRoleGetResponse.parser());
    }

    private List<String> roles() {
        var all = AuthRoleListRequest.getDefaultInstance();
        return client.call(AUTH + "RoleList", all, AuthRoleListResponse.parser()).getRolesList();
    }
}
