// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import org.krg.host.etcd.grpc.GrpcFailure;
import org.krg.host.etcd.grpc.GrpcStatus;
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
import org.krg.state.command.Reply;
import org.krg.state.image.Access;
import org.krg.state.model.User;

/// Refused changes of users and roles in the words of etcd, which names what is missing where krg
/// says only that something is. All methods are pure.
final class AccessRefusals {
    private AccessRefusals() {}

    /// {@return the failure of a command that was refused}
    ///
    /// @param now a state that is not older than the refusal
    static GrpcFailure of(AccessCommand command, Reply.Refused refused, Access now) {
        return switch (refused.refusal()) {
            case NAME_TAKEN, NOT_FOUND -> names(command, now).failure();
            case CONFLICT -> conflict(command, now).failure();
            case LIMIT -> new GrpcFailure(GrpcStatus.RESOURCE_EXHAUSTED, refused.detail());
            case INVALID,
                    WRONG_TERM,
                    SESSION_EXPIRED,
                    KEY_EMPTY,
                    KEY_NOT_FOUND,
                    DUPLICATE_KEY,
                    VALUE_PROVIDED,
                    LEASE_PROVIDED,
                    LEASE_NOT_FOUND,
                    TOO_MANY_OPERATIONS,
                    TOO_LARGE,
                    COMPACTED,
                    FUTURE_REVISION,
                    NOT_PERMITTED ->
                    Errors.of(refused.refusal(), refused.detail());
        };
    }

    /// Which name is there already, or is not there.
    private static EtcdError names(AccessCommand command, Access now) {
        return switch (command) {
            case AddUser _ -> EtcdError.USER_EXISTS;
            case AddRole _ -> EtcdError.ROLE_EXISTS;
            case DeleteUser _, SetPassword _ -> EtcdError.USER_NOT_FOUND;
            case DeleteRole _, GrantPermission _ -> EtcdError.ROLE_NOT_FOUND;
            case GrantRole(var user, _) ->
                    isUser(now, user) ? EtcdError.ROLE_NOT_FOUND : EtcdError.USER_NOT_FOUND;
            case RevokeRole(var user, _) ->
                    isUser(now, user) ? EtcdError.ROLE_NOT_GRANTED : EtcdError.USER_NOT_FOUND;
            case RevokePermission(var role, _) ->
                    now.roles().find(role).isPresent()
                            ? EtcdError.PERMISSION_NOT_GRANTED
                            : EtcdError.ROLE_NOT_FOUND;
            case SetEnabled _, LimitCheckpoints _, CreateToken _, RevokeToken _, JoinNode _ ->
                    EtcdError.INVALID_AUTH_MANAGEMENT;
        };
    }

    /// Root is missing, or is needed.
    private static EtcdError conflict(AccessCommand command, Access now) {
        if (!(command instanceof SetEnabled)) {
            return EtcdError.INVALID_AUTH_MANAGEMENT;
        }
        return isUser(now, User.ROOT) ? EtcdError.NO_ROOT_ROLE : EtcdError.NO_ROOT_USER;
    }

    private static boolean isUser(Access now, String name) {
        return now.users().find(name).isPresent();
    }
}
