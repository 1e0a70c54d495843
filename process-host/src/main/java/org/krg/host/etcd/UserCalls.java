// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.AuthUserAddRequest;
import com.ibm.etcd.api.AuthUserAddResponse;
import com.ibm.etcd.api.AuthUserDeleteRequest;
import com.ibm.etcd.api.AuthUserDeleteResponse;
import com.ibm.etcd.api.AuthUserGetRequest;
import com.ibm.etcd.api.AuthUserGetResponse;
import com.ibm.etcd.api.AuthUserGrantRoleRequest;
import com.ibm.etcd.api.AuthUserGrantRoleResponse;
import com.ibm.etcd.api.AuthUserListRequest;
import com.ibm.etcd.api.AuthUserListResponse;
import com.ibm.etcd.api.AuthUserRevokeRoleRequest;
import com.ibm.etcd.api.AuthUserRevokeRoleResponse;
import java.util.concurrent.CompletableFuture;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.host.etcd.grpc.GrpcStatus;
import org.krg.state.command.AccessCommand.AddUser;
import org.krg.state.command.AccessCommand.DeleteUser;
import org.krg.state.command.AccessCommand.GrantRole;
import org.krg.state.command.AccessCommand.RevokeRole;

/// The methods of etcd's Auth service about users.
final class UserCalls {
    private static final String NO_PASSWORDS =
            "krg takes no passwords: users show the certificate that `krg-admin user certificate`"
                    + " makes";

    private final AccessCalls calls;

    UserCalls(AccessCalls calls) {
        this.calls = calls;
    }

    void route(GrpcRoutes routes) {
        routes.audited(
                        "etcdserverpb.Auth/UserAdd",
                        AuthUserAddRequest.parser(),
                        AuthUserAddRequest::getName,
                        this::add)
                .unary("etcdserverpb.Auth/UserGet", AuthUserGetRequest.parser(), this::get)
                .unary("etcdserverpb.Auth/UserList", AuthUserListRequest.parser(), this::list)
                .audited(
                        "etcdserverpb.Auth/UserDelete",
                        AuthUserDeleteRequest.parser(),
                        AuthUserDeleteRequest::getName,
                        this::delete)
                .audited(
                        "etcdserverpb.Auth/UserGrantRole",
                        AuthUserGrantRoleRequest.parser(),
                        request -> request.getUser() + " " + request.getRole(),
                        this::grant)
                .audited(
                        "etcdserverpb.Auth/UserRevokeRole",
                        AuthUserRevokeRoleRequest.parser(),
                        request -> request.getName() + " " + request.getRole(),
                        this::revoke)
                .unimplemented("etcdserverpb.Auth/UserChangePassword", NO_PASSWORDS);
    }

    /// A password that would be kept and open nothing is not taken.
    private CompletableFuture<AuthUserAddResponse> add(GrpcCall call, AuthUserAddRequest request) {
        requireName(request.getName());
        if (!request.getPassword().isEmpty()) {
            throw new GrpcFailure(
                    GrpcStatus.UNIMPLEMENTED, NO_PASSWORDS + "; add the user with --no-password");
        }
        return calls.change(
                call,
                new AddUser(request.getName(), ""),
                header -> AuthUserAddResponse.newBuilder().setHeader(header).build());
    }

    private CompletableFuture<AuthUserGetResponse> get(GrpcCall call, AuthUserGetRequest request) {
        return calls.read(
                call,
                (header, access) -> {
                    var user =
                            access.users()
                                    .find(request.getName())
                                    .orElseThrow(EtcdError.USER_NOT_FOUND::failure);
                    return AuthUserGetResponse.newBuilder()
                            .setHeader(header)
                            .addAllRoles(user.roles())
                            .build();
                });
    }

    private CompletableFuture<AuthUserListResponse> list(
            GrpcCall call, AuthUserListRequest request) {
        return calls.read(
                call,
                (header, access) -> {
                    var message = AuthUserListResponse.newBuilder().setHeader(header);
                    access.users().values().forEach(user -> message.addUsers(user.name()));
                    return message.build();
                });
    }

    private CompletableFuture<AuthUserDeleteResponse> delete(
            GrpcCall call, AuthUserDeleteRequest request) {
        return calls.change(
                call,
                new DeleteUser(request.getName()),
                header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build());
    }

    private CompletableFuture<AuthUserGrantRoleResponse> grant(
            GrpcCall call, AuthUserGrantRoleRequest request) {
        return calls.change(
                call,
                new GrantRole(request.getUser(), request.getRole()),
                header -> AuthUserGrantRoleResponse.newBuilder().setHeader(header).build());
    }

    private CompletableFuture<AuthUserRevokeRoleResponse> revoke(
            GrpcCall call, AuthUserRevokeRoleRequest request) {
        return calls.change(
                call,
                new RevokeRole(request.getName(), request.getRole()),
                header -> AuthUserRevokeRoleResponse.newBuilder().setHeader(header).build());
    }

    private static void requireName(String name) {
        if (name.isEmpty()) {
            throw EtcdError.USER_EMPTY.failure();
        }
    }
}
