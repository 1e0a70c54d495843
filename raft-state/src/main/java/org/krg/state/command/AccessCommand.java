// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.time.Instant;
import org.krg.state.model.JoinToken;
import org.krg.state.model.NodeId;
import org.krg.state.model.Sha256;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyRange;

/// Requests about who may do what, and who may join. `passwordHash`: see
/// [org.krg.state.model.User].
public sealed interface AccessCommand extends Command {
    /// Makes a user without roles.
    record AddUser(String user, String passwordHash) implements AccessCommand {
        @Override
        public String toString() {
            return "AddUser[user=" + user + "]";
        }
    }

    /// Forgets a user. Refused for `root` while permissions count.
    record DeleteUser(String user) implements AccessCommand {}

    /// Changes a password; an empty hash leaves only certificates.
    record SetPassword(String user, String passwordHash) implements AccessCommand {
        @Override
        public String toString() {
            return "SetPassword[user=" + user + "]";
        }
    }

    /// Gives a user a role.
    record GrantRole(String user, String role) implements AccessCommand {}

    /// Takes it away.
    record RevokeRole(String user, String role) implements AccessCommand {}

    /// Makes a role without permissions.
    record AddRole(String role) implements AccessCommand {}

    /// Forgets a role; users lose it.
    record DeleteRole(String role) implements AccessCommand {}

    /// Adds a permission to a role, in place of an earlier one for the same range.
    record GrantPermission(String role, KeyGrant grant) implements AccessCommand {}

    /// Takes the permission for exactly this range away.
    record RevokePermission(String role, KeyRange range) implements AccessCommand {}

    /// Lets the permissions on keys count or not. Refused while there is no user `root` with the
    /// role `root`.
    record SetEnabled(boolean enabled) implements AccessCommand {}

    /// Says how many bytes of checkpoints all jobs of a user may have together, as
    /// [org.krg.state.core.CheckpointQuota] counts them. What there is stays.
    ///
    /// @param owner a name; empty for everybody who has no limit of their own
    /// @param bytes 0: no limit is said any more
    record LimitCheckpoints(String owner, long bytes) implements AccessCommand {}

    /// Keeps a token. Expired ones go when a new one comes.
    record CreateToken(JoinToken token, Instant at) implements AccessCommand {}

    /// Forgets a token.
    record RevokeToken(String id) implements AccessCommand {}

    /// A node shows a token and the key it made. Uses the token up; creates the number of the
    /// certificate that the node may be given for that key. Those given in its name before are
    /// void.
    record JoinNode(String token, Sha256 secretHash, NodeId node, Sha256 key, Instant at)
            implements AccessCommand {
        @Override
        public String toString() {
            return "JoinNode[token=" + token + ", node=" + node + ", key=" + key + "]";
        }
    }
}
