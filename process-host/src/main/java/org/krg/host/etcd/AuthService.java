// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import org.krg.host.etcd.grpc.GrpcRoutes;

/// Users and roles are not kept by calls of etcd: nobody sends a password to krg. A caller is known
/// by the owner of its connection, or by its certificate.
final class AuthService {
    private static final String USERS = "users are not managed over this API: `krg-admin user`";
    private static final String ROLES = "roles are not managed over this API: `krg-admin role`";

    void route(GrpcRoutes routes) {
        routes.unimplemented(
                        "etcdserverpb.Auth/Authenticate",
                        "krg takes no passwords: a caller is known by its certificate, on loopback"
                                + " by its user; leave --user out")
                .unimplemented(
                        "etcdserverpb.Auth/AuthEnable",
                        "roles are turned on with `krg-admin auth enable`")
                .unimplemented(
                        "etcdserverpb.Auth/AuthDisable",
                        "roles are turned off with `krg-admin auth disable`");
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
