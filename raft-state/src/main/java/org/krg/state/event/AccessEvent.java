// SPDX-License-Identifier: Apache-2.0
package org.krg.state.event;

import org.krg.state.model.JoinToken;
import org.krg.state.model.NodeId;
import org.krg.state.model.Sha256;
import org.krg.state.model.User;
import org.krg.state.model.key.KeyRole;

/// What changed in who may do what. All but those about tokens, nodes and checkpoints count as a
/// revision of the permissions.
public sealed interface AccessEvent extends Event {
    /// A user is new or different.
    record UserChanged(User user, String detail) implements AccessEvent {}

    /// A user is forgotten.
    record UserDeleted(String user, String detail) implements AccessEvent {}

    /// A role is new or different.
    record RoleChanged(KeyRole role, String detail) implements AccessEvent {}

    /// A role is forgotten.
    record RoleDeleted(String role, String detail) implements AccessEvent {}

    /// Permissions count from now on, or no longer.
    record EnabledSet(boolean enabled, String detail) implements AccessEvent {}

    /// A token may be used.
    record TokenCreated(JoinToken token, String detail) implements AccessEvent {}

    /// A token was used, revoked or has expired.
    record TokenEnded(String id, String detail) implements AccessEvent {}

    /// A node may be given a certificate of that number for that key; those before it are void.
    record NodeJoined(NodeId node, long certificate, Sha256 key, String detail)
            implements AccessEvent {}

    /// A user may have another number of bytes of checkpoints; see
    /// [org.krg.state.command.AccessCommand.LimitCheckpoints].
    record CheckpointsLimited(String owner, long bytes, String detail) implements AccessEvent {}

    /// The node's certificates up to a number are void.
    record CertificatesRevoked(NodeId node, long upTo, String detail) implements AccessEvent {}
}
