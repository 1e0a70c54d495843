// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.command.AccessCommand;
import org.krg.state.command.AccessCommand.AddRole;
import org.krg.state.command.AccessCommand.AddUser;
import org.krg.state.command.AccessCommand.CreateToken;
import org.krg.state.command.AccessCommand.DeleteRole;
import org.krg.state.command.AccessCommand.DeleteUser;
import org.krg.state.command.AccessCommand.GrantPermission;
import org.krg.state.command.AccessCommand.GrantRole;
import org.krg.state.command.AccessCommand.JoinNode;
import org.krg.state.command.AccessCommand.LimitCheckpoints;
import org.krg.state.command.AccessCommand.RevokePermission;
import org.krg.state.command.AccessCommand.RevokeRole;
import org.krg.state.command.AccessCommand.RevokeToken;
import org.krg.state.command.AccessCommand.SetEnabled;
import org.krg.state.command.AccessCommand.SetPassword;
import org.krg.state.model.NodeId;
import org.krg.state.proto.CommandWire;

/// Commands about who may do what.
final class AccessCommandCodec {
    private AccessCommandCodec() {}

    static CommandWire.AccessCommand encode(AccessCommand command) {
        var wire = CommandWire.AccessCommand.newBuilder();
        switch (command) {
            case AddUser(var user, var hash) ->
                    wire.getAddUserBuilder().setUser(user).setPasswordHash(hash);
            case DeleteUser(var user) -> wire.setDeleteUser(user);
            case SetPassword(var user, var hash) ->
                    wire.getSetPasswordBuilder().setUser(user).setPasswordHash(hash);
            case GrantRole(var user, var role) ->
                    wire.getGrantRoleBuilder().setUser(user).setRole(role);
            case RevokeRole(var user, var role) ->
                    wire.getRevokeRoleBuilder().setUser(user).setRole(role);
            case AddRole(var role) -> wire.setAddRole(role);
            case DeleteRole(var role) -> wire.setDeleteRole(role);
            case GrantPermission(var role, var grant) ->
                    wire.getGrantPermissionBuilder()
                            .setRole(role)
                            .setGrant(AccessCodec.encode(grant));
            case RevokePermission(var role, var range) ->
                    wire.getRevokePermissionBuilder()
                            .setRole(role)
                            .setRange(KeyValueCodec.encode(range));
            case SetEnabled(var enabled) -> wire.setEnabled(enabled);
            case CreateToken(var token, var at) ->
                    wire.getCreateTokenBuilder()
                            .setToken(AccessCodec.encode(token))
                            .setAt(Wire.encode(at));
            case RevokeToken(var id) -> wire.setRevokeToken(id);
            case LimitCheckpoints(var owner, var bytes) ->
                    wire.getCheckpointLimitBuilder().setOwner(owner).setBytes(bytes);
            case JoinNode(var token, var secretHash, var node, var key, var at) ->
                    wire.getJoinNodeBuilder()
                            .setToken(token)
                            .setSecretHash(Wire.encode(secretHash))
                            .setNode(node.name())
                            .setKey(Wire.encode(key))
                            .setAt(Wire.encode(at));
        }
        return wire.build();
    }

    static AccessCommand decode(CommandWire.AccessCommand command) {
        return switch (command.getKindCase()) {
            case ADD_USER ->
                    new AddUser(
                            command.getAddUser().getUser(), command.getAddUser().getPasswordHash());
            case DELETE_USER -> new DeleteUser(command.getDeleteUser());
            case SET_PASSWORD ->
                    new SetPassword(
                            command.getSetPassword().getUser(),
                            command.getSetPassword().getPasswordHash());
            case GRANT_ROLE ->
                    new GrantRole(
                            command.getGrantRole().getUser(), command.getGrantRole().getRole());
            case REVOKE_ROLE ->
                    new RevokeRole(
                            command.getRevokeRole().getUser(), command.getRevokeRole().getRole());
            case ADD_ROLE -> new AddRole(command.getAddRole());
            case DELETE_ROLE -> new DeleteRole(command.getDeleteRole());
            case GRANT_PERMISSION ->
                    new GrantPermission(
                            command.getGrantPermission().getRole(),
                            AccessCodec.decode(command.getGrantPermission().getGrant()));
            case REVOKE_PERMISSION ->
                    new RevokePermission(
                            command.getRevokePermission().getRole(),
                            KeyValueCodec.decode(command.getRevokePermission().getRange()));
            case ENABLED -> new SetEnabled(command.getEnabled());
            case CREATE_TOKEN ->
                    new CreateToken(
                            AccessCodec.decode(command.getCreateToken().getToken()),
                            Wire.decode(command.getCreateToken().getAt()));
            case REVOKE_TOKEN -> new RevokeToken(command.getRevokeToken());
            case JOIN_NODE -> decode(command.getJoinNode());
            case CHECKPOINT_LIMIT ->
                    new LimitCheckpoints(
                            command.getCheckpointLimit().getOwner(),
                            command.getCheckpointLimit().getBytes());
            case KIND_NOT_SET -> throw Wire.unknown("command about access");
        };
    }

    private static JoinNode decode(CommandWire.JoinNode join) {
        return new JoinNode(
                join.getToken(),
                Wire.decode(join.getSecretHash()),
                new NodeId(join.getNode()),
                Wire.decode(join.getKey()),
                Wire.decode(join.getAt()));
    }
}
