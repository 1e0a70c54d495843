// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import org.krg.host.etcd.grpc.GrpcRoutes;

/// Users and roles are not kept by calls of etcd: nobody sends a password to krg. A caller is known
/// by the owner of its connection, or by its certificate.
final class AuthService {
    private static final String USERS = "users are not managed over this API";
    private static final String ROLES = "roles are not managed over this API";

    void route(GrpcRoutes routes) {
        routes.unimplemented(
                        "etcdserverpb.Auth/Authenticate",
                        "krg takes no passwords: a caller is known by its certificate, on loopback"
                                + " by its user; leave --user out")
                .unimplemented(
                        "etcdserverpb.Auth/AuthEnable",
                        "whoever may call this agent may use all keys; there are no roles to turn on")
                .unimplemented("etcdserverpb.Auth/AuthDisable", "there are no roles to turn off");
        for (var method :
                new String[] {
                    "UserAdd",
                    "UserGet",
                    "UserList",
                    "UserDelete",
                    "UserChangePassword",
                    "UserGrantRole",
                    "UserRevokeRole"
                }) {
            routes.unimplemented("etcdserverpb.Auth/" + method, USERS);
        }
        for (var method :
                new String[] {
                    "RoleAdd",
                    "RoleGet",
                    "RoleList",
                    "RoleDelete",
                    "RoleGrantPermission",
                    "RoleRevokePermission"
                }) {
            routes.unimplemented("etcdserverpb.Auth/" + method, ROLES);
        }
    }
}
