// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

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
import org.krg.state.image.Access;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Table;
import org.krg.state.model.NodeCertificates;
import org.krg.state.model.NodeId;

/// Folds events about who may do what.
final class AccessFold {
    private AccessFold() {}

    static ClusterImage fold(ClusterImage image, AccessEvent event) {
        var access = image.access();
        return switch (event) {
            case UserChanged(var user, _) ->
                    revised(image, access.withUsers(access.users().with(user.name(), user)));
            case UserDeleted(var user, _) ->
                    revised(image, access.withUsers(access.users().without(user)));
            case RoleChanged(var role, _) ->
                    revised(image, access.withRoles(access.roles().with(role.name(), role)));
            case RoleDeleted(var role, _) ->
                    revised(image, access.withRoles(access.roles().without(role)));
            case EnabledSet(var enabled, _) ->
                    image.withAccess(access.with(enabled, access.revision() + 1));
            case TokenCreated(var token, _) ->
                    image.withAccess(access.withTokens(access.tokens().with(token.id(), token)));
            case TokenEnded(var id, _) ->
                    image.withAccess(access.withTokens(access.tokens().without(id)));
            case NodeJoined(var node, var certificate, _, _) ->
                    image.afterNumber(certificate)
                            .withAccess(with(access, node, NodeCertificates.given(certificate)));
            case CheckpointsLimited(var owner, var bytes, _) ->
                    image.withAccess(access.withCheckpointLimits(limits(access, owner, bytes)));
            case CertificatesRevoked(var node, var upTo, _) ->
                    image.withAccess(with(access, node, revoked(access, node, upTo)));
        };
    }

    private static Access with(Access access, NodeId node, NodeCertificates changed) {
        return access.withCertificates(access.certificates().with(node, changed));
    }

    private static NodeCertificates revoked(Access access, NodeId node, long upTo) {
        return access.certificates().find(node).orElse(NodeCertificates.NONE).voided(upTo);
    }

    private static Table<String, Long> limits(Access access, String owner, long bytes) {
        var limits = access.checkpointLimits();
        return bytes == 0 ? limits.without(owner) : limits.with(owner, bytes);
    }

    private static ClusterImage revised(ClusterImage image, Access changed) {
        return image.withAccess(changed.with(changed.enabled(), changed.revision() + 1));
    }
}
