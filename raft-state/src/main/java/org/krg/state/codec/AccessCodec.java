// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.model.JoinToken;
import org.krg.state.model.User;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyRole;
import org.krg.state.proto.ObjectWire;
import org.krg.state.proto.ValueWire;

/// Users, roles and tokens.
final class AccessCodec {
    private AccessCodec() {}

    static ObjectWire.User encode(User user) {
        return ObjectWire.User.newBuilder()
                .setName(user.name())
                .setPasswordHash(user.passwordHash())
                .addAllRoles(user.roles())
                .build();
    }

    static User decode(ObjectWire.User user) {
        return new User(user.getName(), user.getPasswordHash(), user.getRolesList());
    }

    static ObjectWire.KeyRole encode(KeyRole role) {
        return ObjectWire.KeyRole.newBuilder()
                .setName(role.name())
                .addAllGrants(role.grants().stream().map(AccessCodec::encode).toList())
                .build();
    }

    static KeyRole decode(ObjectWire.KeyRole role) {
        return new KeyRole(
                role.getName(), role.getGrantsList().stream().map(AccessCodec::decode).toList());
    }

    static ValueWire.KeyGrant encode(KeyGrant grant) {
        return ValueWire.KeyGrant.newBuilder()
                .setRange(KeyValueCodec.encode(grant.range()))
                .setMode(encode(grant.mode()))
                .build();
    }

    static KeyGrant decode(ValueWire.KeyGrant grant) {
        return new KeyGrant(
                KeyValueCodec.decode(grant.getRange()),
                Wire.constant(KeyGrant.Mode.values(), AccessCodec::encode, grant.getMode()));
    }

    static ObjectWire.JoinToken encode(JoinToken token) {
        return ObjectWire.JoinToken.newBuilder()
                .setId(token.id())
                .setHash(Wire.encode(token.hash()))
                .setExpires(Wire.encode(token.expires()))
                .build();
    }

    static JoinToken decode(ObjectWire.JoinToken token) {
        return new JoinToken(
                token.getId(), Wire.decode(token.getHash()), Wire.decode(token.getExpires()));
    }

    private static ValueWire.KeyGrant.Mode encode(KeyGrant.Mode mode) {
        return switch (mode) {
            case READ -> ValueWire.KeyGrant.Mode.READ;
            case WRITE -> ValueWire.KeyGrant.Mode.WRITE;
            case READ_WRITE -> ValueWire.KeyGrant.Mode.READ_WRITE;
        };
    }
}
