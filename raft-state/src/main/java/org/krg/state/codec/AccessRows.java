// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
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
import org.krg.state.model.JoinToken;
import org.krg.state.model.NodeCertificates;
import org.krg.state.model.NodeId;
import org.krg.state.model.User;
import org.krg.state.model.key.KeyRole;
import org.krg.state.proto.ObjectWire;

/// The rows of who may do what.
final class AccessRows {
    private static final String LIMIT = "checkpoints";

    private AccessRows() {}

    static void addChanges(List<RowChange> changes, AccessEvent event, ClusterImage after) {
        switch (event) {
            case UserChanged(var user, _) -> changes.add(row(user));
            case UserDeleted(var user, _) -> changes.add(gone("user", user));
            case RoleChanged(var role, _) -> changes.add(row(role));
            case RoleDeleted(var role, _) -> changes.add(gone("role", role));
            case EnabledSet _ -> {}
            case NodeJoined(var node, _, _, _) -> changes.add(row(node, after.access()));
            case TokenCreated(var token, _) -> changes.add(row(token));
            case TokenEnded(var id, _) -> changes.add(gone("token", id));
            case CheckpointsLimited(var owner, var bytes, _) ->
                    changes.add(bytes == 0 ? gone(LIMIT, owner) : row(owner, bytes));
            case CertificatesRevoked(var node, _, _) -> changes.add(row(node, after.access()));
        }
        if (after.access().revision() > 0) {
            changes.add(settings(after.access()));
        }
    }

    static List<RowChange.Put> all(Access access) {
        var rows = new ArrayList<RowChange.Put>();
        access.checkpointLimits().stream()
                .forEach(entry -> rows.add(row(entry.key(), entry.value())));
        access.certificates().stream().forEach(entry -> rows.add(row(entry.key(), access)));
        access.roles().values().forEach(role -> rows.add(row(role)));
        if (access.revision() > 0) {
            rows.add(settings(access));
        }
        access.tokens().values().forEach(token -> rows.add(row(token)));
        access.users().values().forEach(user -> rows.add(row(user)));
        return rows;
    }

    static Access with(Access access, ByteString value) {
        return Wire.read(ObjectWire.AccessRow.parser(), value, row -> with(access, row));
    }

    private static Access with(Access access, ObjectWire.AccessRow row) {
        return switch (row.getKindCase()) {
            case SETTINGS ->
                    access.with(row.getSettings().getEnabled(), row.getSettings().getRevision());
            case USER -> {
                var user = AccessCodec.decode(row.getUser());
                yield access.withUsers(access.users().with(user.name(), user));
            }
            case ROLE -> {
                var role = AccessCodec.decode(row.getRole());
                yield access.withRoles(access.roles().with(role.name(), role));
            }
            case TOKEN -> {
                var token = AccessCodec.decode(row.getToken());
                yield access.withTokens(access.tokens().with(token.id(), token));
            }
            case REVOKED -> {
                var node = new NodeId(row.getRevoked().getNode());
                var certificates =
                        new NodeCertificates(
                                row.getRevoked().getUpTo(), row.getRevoked().getNewest());
                yield access.withCertificates(access.certificates().with(node, certificates));
            }
            case CHECKPOINT_LIMIT -> {
                var limit = row.getCheckpointLimit();
                yield access.withCheckpointLimits(
                        access.checkpointLimits().with(limit.getOwner(), limit.getBytes()));
            }
            case KIND_NOT_SET -> throw Wire.unknown("row about access");
        };
    }

    private static RowChange.Put settings(Access access) {
        var settings =
                ObjectWire.Access.newBuilder()
                        .setEnabled(access.enabled())
                        .setRevision(access.revision());
        return row("settings", "", ObjectWire.AccessRow.newBuilder().setSettings(settings));
    }

    private static RowChange.Put row(User user) {
        var value = ObjectWire.AccessRow.newBuilder().setUser(AccessCodec.encode(user));
        return row("user", user.name(), value);
    }

    private static RowChange.Put row(KeyRole role) {
        var value = ObjectWire.AccessRow.newBuilder().setRole(AccessCodec.encode(role));
        return row("role", role.name(), value);
    }

    private static RowChange.Put row(JoinToken token) {
        var value = ObjectWire.AccessRow.newBuilder().setToken(AccessCodec.encode(token));
        return row("token", token.id(), value);
    }

    private static RowChange.Put row(String owner, long bytes) {
        var limit = ObjectWire.CheckpointLimit.newBuilder().setOwner(owner).setBytes(bytes);
        return row(LIMIT, owner, ObjectWire.AccessRow.newBuilder().setCheckpointLimit(limit));
    }

    private static RowChange.Put row(NodeId node, Access access) {
        var certificates = access.certificates().require(node);
        var revoked =
                ObjectWire.Revoked.newBuilder()
                        .setNode(node.name())
                        .setUpTo(certificates.voidUpTo())
                        .setNewest(certificates.newest());
        return row("revoked", node.name(), ObjectWire.AccessRow.newBuilder().setRevoked(revoked));
    }

    private static RowChange.Put row(String kind, String name, ObjectWire.AccessRow.Builder value) {
        return new RowChange.Put(RowTable.ACCESS, key(kind, name), value.build().toByteString());
    }

    private static RowChange gone(String kind, String name) {
        return new RowChange.Delete(RowTable.ACCESS, key(kind, name));
    }

    private static ByteString key(String kind, String name) {
        return ByteString.copyFromUtf8(kind + "/" + name);
    }
}
