// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.event.AccessEvent;
import org.krg.state.event.AccessEvent.CertificatesRevoked;
import org.krg.state.event.AccessEvent.CheckpointsLimited;
import org.krg.state.event.AccessEvent.EnabledSet;
import org.krg.state.event.AccessEvent.NodeJoined;
import org.krg.state.event.AccessEvent.RoleChanged;
import org.krg.state.event.AccessEvent.RoleDeleted;
import org.krg.state.event.AccessEvent.TokenCreated;
import org.krg.state.event.AccessEvent.TokenEnded;
import org.krg.state.event.AccessEvent.UserChanged;
import org.krg.state.event.AccessEvent.UserDeleted;
import org.krg.state.model.NodeId;
import org.krg.state.proto.EventWire;

/// Events about who may do what.
final class AccessEventCodec {
    private AccessEventCodec() {}

    static EventWire.AccessEvent encode(AccessEvent event) {
        var wire = EventWire.AccessEvent.newBuilder();
        switch (event) {
            case UserChanged(var user, _) -> wire.setUserChanged(AccessCodec.encode(user));
            case UserDeleted(var user, _) -> wire.setUserDeleted(user);
            case RoleChanged(var role, _) -> wire.setRoleChanged(AccessCodec.encode(role));
            case RoleDeleted(var role, _) -> wire.setRoleDeleted(role);
            case EnabledSet(var enabled, _) -> wire.setEnabled(enabled);
            case TokenCreated(var token, _) -> wire.setTokenCreated(AccessCodec.encode(token));
            case TokenEnded(var id, _) -> wire.setTokenEnded(id);
            case NodeJoined(var node, var certificate, var key, _) ->
                    wire.getNodeJoinedBuilder()
                            .setNode(node.name())
                            .setCertificate(certificate)
                            .setKey(Wire.encode(key));
            case CheckpointsLimited(var owner, var bytes, _) ->
                    wire.getCheckpointLimitBuilder().setOwner(owner).setBytes(bytes);
            case CertificatesRevoked(var node, var upTo, _) ->
                    wire.getRevokedBuilder().setNode(node.name()).setUpTo(upTo);
        }
        return wire.build();
    }

    static AccessEvent decode(EventWire.AccessEvent event, String detail) {
        return switch (event.getKindCase()) {
            case USER_CHANGED ->
                    new UserChanged(AccessCodec.decode(event.getUserChanged()), detail);
            case USER_DELETED -> new UserDeleted(event.getUserDeleted(), detail);
            case ROLE_CHANGED ->
                    new RoleChanged(AccessCodec.decode(event.getRoleChanged()), detail);
            case ROLE_DELETED -> new RoleDeleted(event.getRoleDeleted(), detail);
            case ENABLED -> new EnabledSet(event.getEnabled(), detail);
            case TOKEN_CREATED ->
                    new TokenCreated(AccessCodec.decode(event.getTokenCreated()), detail);
            case TOKEN_ENDED -> new TokenEnded(event.getTokenEnded(), detail);
            case NODE_JOINED ->
                    new NodeJoined(
                            new NodeId(event.getNodeJoined().getNode()),
                            event.getNodeJoined().getCertificate(),
                            Wire.decode(event.getNodeJoined().getKey()),
                            detail);
            case REVOKED ->
                    new CertificatesRevoked(
                            new NodeId(event.getRevoked().getNode()),
                            event.getRevoked().getUpTo(),
                            detail);
            case CHECKPOINT_LIMIT ->
                    new CheckpointsLimited(
                            event.getCheckpointLimit().getOwner(),
                            event.getCheckpointLimit().getBytes(),
                            detail);
            case KIND_NOT_SET -> throw Wire.unknown("event about access");
        };
    }
}
