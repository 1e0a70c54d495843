// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import com.ibm.etcd.api.AuthRoleGetRequest;
import com.ibm.etcd.api.AuthRoleGrantPermissionRequest;
import com.ibm.etcd.api.AuthRoleRevokePermissionRequest;
import com.ibm.etcd.api.AuthUserAddRequest;
import com.ibm.etcd.api.AuthUserGetRequest;
import com.ibm.etcd.api.AuthUserGrantRoleRequest;
import com.ibm.etcd.api.AuthUserRevokeRoleRequest;
import com.ibm.etcd.api.Permission;
import java.nio.ByteBuffer;

/// Requests of etcd's about users and roles.
final class AuthRequests {
    private AuthRequests() {}

    static AuthUserAddRequest addUser(String name) {
        return AuthUserAddRequest.newBuilder().setName(name).build();
    }

    static AuthUserGetRequest getUser(String name) {
        return AuthUserGetRequest.newBuilder().setName(name).build();
    }

    static AuthRoleGetRequest getRole(String name) {
        return AuthRoleGetRequest.newBuilder().setRole(name).build();
    }

    static AuthUserGrantRoleRequest grantRole(String user, String role) {
        return AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build();
    }

    static AuthUserRevokeRoleRequest revokeRole(String user, String role) {
        return AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role).build();
    }

    static AuthRoleGrantPermissionRequest grant(String role, String key, String end) {
        return AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(permission(Permission.Type.READWRITE, key, end))
                .build();
    }

    static AuthRoleRevokePermissionRequest revoke(String role, String key, String end) {
        return AuthRoleRevokePermissionRequest.newBuilder()
                .setRole(role)
                .setKey(bytes(key))
                .setRangeEnd(bytes(end))
                .build();
    }

    static Permission permission(Permission.Type type, String key, String end) {
        return Permission.newBuilder()
                .setPermType(type)
                .setKey(bytes(key))
                .setRangeEnd(bytes(end))
                .build();
    }

    static ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    static byte[] framed(MessageLite message) {
        var bytes = message.toByteArray();
        return ByteBuffer.allocate(5 + bytes.length)
                .put((byte) 0)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }
}
