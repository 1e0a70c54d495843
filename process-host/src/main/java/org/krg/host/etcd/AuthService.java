// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.google.protobuf.UnknownFieldSet;
import com.ibm.etcd.api.AuthEnableRequest;
import com.ibm.etcd.api.AuthEnableResponse;
import com.ibm.etcd.api.ResponseHeader;
import java.util.concurrent.CompletableFuture;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.state.command.AccessCommand.SetEnabled;
import org.krg.state.image.Access;

/// Who may do what, as far as krg has the same: users and roles are the cluster's own. Nobody sends
/// a password to krg: a caller is known by the owner of its connection, or by its certificate.
final class AuthService {
    private final AccessCalls calls;

    AuthService(AccessCalls calls) {
        this.calls = calls;
    }

    void route(GrpcRoutes routes) {
        routes.audited(
                        "etcdserverpb.Auth/AuthEnable",
                        AuthEnableRequest.parser(),
                        _ -> "",
                        this::enable)
                // A request without fields; the published classes are older than this method.
                .unary("etcdserverpb.Auth/AuthStatus", AuthEnableRequest.parser(), this::status)
                .unimplemented(
                        "etcdserverpb.Auth/AuthDisable",
                        "with etcd this opens the store to everybody; krg lets nobody but root in"
                                + " while permissions do not count, which `krg-admin auth disable`"
                                + " does")
                .unimplemented(
                        "etcdserverpb.Auth/Authenticate",
                        "krg takes no passwords: a caller is known by its certificate, on loopback"
                                + " by its user; leave --user out");
        new UserCalls(calls).route(routes);
        new RoleCalls(calls).route(routes);
    }

    private CompletableFuture<AuthEnableResponse> enable(GrpcCall call, AuthEnableRequest request) {
        return calls.change(
                call,
                new SetEnabled(true),
                header -> AuthEnableResponse.newBuilder().setHeader(header).build());
    }

    private CompletableFuture<AuthEnableResponse> status(GrpcCall call, AuthEnableRequest request) {
        return calls.read(call, AuthService::status);
    }

    /// An `AuthStatusResponse`: `enabled` is its field 2, `authRevision` its field 3.
    private static AuthEnableResponse status(ResponseHeader header, Access access) {
        return AuthEnableResponse.newBuilder()
                .setHeader(header)
                .setUnknownFields(
                        UnknownFieldSet.newBuilder()
                                .addField(2, number(access.enabled() ? 1 : 0))
                                .addField(3, number(access.revision()))
                                .build())
                .build();
    }

    private static UnknownFieldSet.Field number(long value) {
        return UnknownFieldSet.Field.newBuilder().addVarint(value).build();
    }
}
