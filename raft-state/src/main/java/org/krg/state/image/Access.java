// SPDX-License-Identifier: Apache-2.0
package org.krg.state.image;

import java.util.Optional;
import org.krg.state.model.CertificateName;
import org.krg.state.model.JoinToken;
import org.krg.state.model.NodeCertificates;
import org.krg.state.model.NodeId;
import org.krg.state.model.User;
import org.krg.state.model.key.KeyRole;

/// Who may do what, as agreed. Immutable.
///
/// @param enabled whether the permissions on keys count; while they do not, everybody the transport
///   lets in may use all keys
/// @param revision one more with every change of users, roles or `enabled`
/// @param checkpointLimits bytes of checkpoints that a user's jobs may have together; under the
///   empty name that of everybody who has none of their own
/// @param certificates what became of those of nodes that joined by a token, or were removed
public record Access(
        boolean enabled,
        long revision,
        Table<String, User> users,
        Table<String, KeyRole> roles,
        Table<String, JoinToken> tokens,
        Table<NodeId, NodeCertificates> certificates,
        Table<String, Long> checkpointLimits) {

    /// Nobody is known yet.
    public static final Access EMPTY =
            new Access(
                    false,
                    0,
                    Table.empty(),
                    Table.empty(),
                    Table.empty(),
                    Table.empty(),
                    Table.empty());

    /// {@return whether `name` is a user who may do everything}
    public boolean isRoot(String name) {
        return name.equals(User.ROOT)
                || users.find(name).filter(user -> user.roles().contains(KeyRole.ROOT)).isPresent();
    }

    /// {@return whether a certificate of a node with this number still counts}
    public boolean isValid(NodeId node, long certificate) {
        return certificates.find(node).filter(it -> certificate <= it.voidUpTo()).isEmpty();
    }

    /// {@return whether a certificate that was given in a node's name for a token still counts}
    public boolean hasJoined(NodeId node) {
        return certificates.find(node).filter(NodeCertificates::isNewestValid).isPresent();
    }

    /// {@return whether a certificate is not void: that of a node which was removed, or in whose
    /// name another one was given since}
    public boolean isValid(CertificateName name) {
        return name.node().map(node -> isValid(node, name.number())).orElse(true);
    }

    /// {@return this with the permissions counting or not, and a revision}
    public Access with(boolean counts, long reached) {
        return new Access(counts, reached, users, roles, tokens, certificates, checkpointLimits);
    }

    /// {@return this with other users}
    public Access withUsers(Table<String, User> changed) {
        return new Access(
                enabled, revision, changed, roles, tokens, certificates, checkpointLimits);
    }

    /// {@return this with other roles}
    public Access withRoles(Table<String, KeyRole> changed) {
        return new Access(
                enabled, revision, users, changed, tokens, certificates, checkpointLimits);
    }

    /// {@return this with other tokens}
    public Access withTokens(Table<String, JoinToken> changed) {
        return new Access(enabled, revision, users, roles, changed, certificates, checkpointLimits);
    }

    /// {@return this with another record of certificates}
    public Access withCertificates(Table<NodeId, NodeCertificates> changed) {
        return new Access(enabled, revision, users, roles, tokens, changed, checkpointLimits);
    }

    /// {@return how many bytes of checkpoints all jobs of a user may have; empty: no limit}
    public Optional<Long> findCheckpointLimit(String owner) {
        return checkpointLimits.find(owner).or(() -> checkpointLimits.find(""));
    }

    /// {@return this with other limits of checkpoints}
    public Access withCheckpointLimits(Table<String, Long> changed) {
        return new Access(enabled, revision, users, roles, tokens, certificates, changed);
    }
}
