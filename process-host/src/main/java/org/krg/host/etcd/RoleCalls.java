// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.google.protobuf.ByteString;
import com.ibm.etcd.api.AuthRoleAddRequest;
import com.ibm.etcd.api.AuthRoleAddResponse;
import com.ibm.etcd.api.AuthRoleDeleteRequest;
import com.ibm.etcd.api.AuthRoleDeleteResponse;
import com.ibm.etcd.api.AuthRoleGetRequest;
import com.ibm.etcd.api.AuthRoleGetResponse;
import com.ibm.etcd.api.AuthRoleGrantPermissionRequest;
import com.ibm.etcd.api.AuthRoleGrantPermissionResponse;
import com.ibm.etcd.api.AuthRoleListRequest;
import com.ibm.etcd.api.AuthRoleListResponse;
import com.ibm.etcd.api.AuthRoleRevokePermissionRequest;
import com.ibm.etcd.api.AuthRoleRevokePermissionResponse;
import com.ibm.etcd.api.Permission;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.state.command.AccessCommand.AddRole;
import org.krg.state.command.AccessCommand.DeleteRole;
import org.krg.state.command.AccessCommand.GrantPermission;
import org.krg.state.command.AccessCommand.RevokePermission;
import org.krg.state.image.Access;
import org.krg.state.model.key.KeyRole;

/// The methods of etcd's Auth service about roles. The role root, which with etcd is made like
/// others before users get it, is built in: to make it changes nothing, and it cannot be changed.
final class RoleCalls {
    private final AccessCalls calls;

    RoleCalls(AccessCalls calls) {
        this.calls = calls;
    }

    void route(GrpcRoutes routes) {
        routes.audited(
                        "etcdserverpb.Auth/RoleAdd",
                        AuthRoleAddRequest.parser(),
                        AuthRoleAddRequest::getName,
                        this::add)
                .unary("etcdserverpb.Auth/RoleGet", AuthRoleGetRequest.parser(), this::get)
                .unary("etcdserverpb.Auth/RoleList", AuthRoleListRequest.parser(), this::list)
                .audited(
                        "etcdserverpb.Auth/RoleDelete",
                        AuthRoleDeleteRequest.parser(),
                        AuthRoleDeleteRequest::getRole,
                        this::delete)
                .audited(
                        "etcdserverpb.Auth/RoleGrantPermission",
                        AuthRoleGrantPermissionRequest.parser(),
                        request -> request.getName() + " " + permission(request.getPerm()),
                        this::grant)
                .audited(
                        "etcdserverpb.Auth/RoleRevokePermission",
                        AuthRoleRevokePermissionRequest.parser(),
                        request ->
                                request.getRole()
                                        + " "
                                        + keys(request.getKey(), request.getRangeEnd()),
                        this::revoke);
    }

    private static String permission(Permission permission) {
        return permission.getPermType() + " " + keys(permission.getKey(), permission.getRangeEnd());
    }

    private static String keys(ByteString key, ByteString end) {
        return key.toStringUtf8() + (end.isEmpty() ? "" : " to " + end.toStringUtf8());
    }

    /// `etcdctl auth enable` makes the role root by itself and goes on only if it could.
    private CompletableFuture<AuthRoleAddResponse> add(GrpcCall call, AuthRoleAddRequest request) {
        var role = request.getName();
        if (role.isEmpty()) {
            throw EtcdError.ROLE_EMPTY.failure();
        }
        var message = AuthRoleAddResponse.newBuilder();
        return role.equals(KeyRole.ROOT)
                ? calls.read(call, (header, _) -> message.setHeader(header).build())
                : calls.change(
                        call, new AddRole(role), header -> message.setHeader(header).build());
    }

    private CompletableFuture<AuthRoleGetResponse> get(GrpcCall call, AuthRoleGetRequest request) {
        return calls.read(
                call,
                (header, access) ->
                        AuthRoleGetResponse.newBuilder()
                                .setHeader(header)
                                .addAllPerm(permissions(access, request.getRole()))
                                .build());
    }

    private static List<Permission> permissions(Access access, String role) {
        return role.equals(KeyRole.ROOT)
                ? List.of(Permissions.EVERYTHING)
                : access
                        .roles()
                        .find(role)
                        .orElseThrow(EtcdError.ROLE_NOT_FOUND::failure)
                        .grants()
                        .stream()
                        .map(Permissions::of)
                        .toList();
    }

    private CompletableFuture<AuthRoleListResponse> list(
            GrpcCall call, AuthRoleListRequest request) {
        return calls.read(
                call,
                (header, access) -> {
                    var names = new TreeSet<>(List.of(KeyRole.ROOT));
                    access.roles().values().forEach(role -> names.add(role.name()));
                    return AuthRoleListResponse.newBuilder()
                            .setHeader(header)
                            .addAllRoles(names)
                            .build();
                });
    }

    private CompletableFuture<AuthRoleDeleteResponse> delete(
            GrpcCall call, AuthRoleDeleteRequest request) {
        requireChangeable(request.getRole());
        return calls.change(
                call,
                new DeleteRole(request.getRole()),
                header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build());
    }

    private CompletableFuture<AuthRoleGrantPermissionResponse> grant(
            GrpcCall call, AuthRoleGrantPermissionRequest request) {
        requireChangeable(request.getName());
        if (!request.hasPerm()) {
            throw EtcdError.PERMISSION_NOT_GIVEN.failure();
        }
        return calls.change(
                call,
                new GrantPermission(request.getName(), Permissions.grant(request.getPerm())),
                header -> AuthRoleGrantPermissionResponse.newBuilder().setHeader(header).build());
    }

    private CompletableFuture<AuthRoleRevokePermissionResponse> revoke(
            GrpcCall call, AuthRoleRevokePermissionRequest request) {
        requireChangeable(request.getRole());
        var range = Permissions.range(request.getKey(), request.getRangeEnd());
        return calls.change(
                call,
                new RevokePermission(request.getRole(), range),
                header -> AuthRoleRevokePermissionResponse.newBuilder().setHeader(header).build());
    }

    private static void requireChangeable(String role) {
        if (role.equals(KeyRole.ROOT)) {
            throw EtcdError.INVALID_AUTH_MANAGEMENT.failure();
        }
    }
}
