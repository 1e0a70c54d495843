// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
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
import org.krg.state.model.JoinToken;
import org.krg.state.model.User;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.KeyRole;

/// Users, roles and tokens. No hash of a password or a token is ever in it.
public final class AccessView {
    private AccessView() {}

    /// {@return a user}
    public static ObjectNode of(User user) {
        var view = Json.object().put("name", user.name());
        view.put("password", !user.passwordHash().isEmpty());
        view.set("roles", Json.texts(user.roles()));
        return view;
    }

    /// {@return a role}
    public static ObjectNode of(KeyRole role) {
        var view = Json.object().put("name", role.name());
        var grants = view.putArray("permissions");
        role.grants().forEach(grant -> grants.add(of(grant)));
        return view;
    }

    /// {@return a token, without its secret, which nobody has any more}
    public static ObjectNode of(JoinToken token) {
        return Json.object().put("id", token.id()).put("expires", token.expires().toString());
    }

    static void of(ObjectNode view, AccessEvent event) {
        switch (event) {
            case UserChanged(var user, _) ->
                    view.put("type", "user.changed")
                            .put("target", user.name())
                            .set("object", of(user));
            case UserDeleted(var user, _) ->
                    view.put("type", "user.deleted")
                            .put("target", user)
                            .set("object", Json.object().put("name", user));
            case RoleChanged(var role, _) ->
                    view.put("type", "role.changed")
                            .put("target", role.name())
                            .set("object", of(role));
            case RoleDeleted(var role, _) ->
                    view.put("type", "role.deleted")
                            .put("target", role)
                            .set("object", Json.object().put("name", role));
            case EnabledSet(var enabled, _) ->
                    view.put("type", enabled ? "auth.enabled" : "auth.disabled")
                            .put("target", "auth")
                            .set("object", Json.object().put("enabled", enabled));
            case TokenCreated(var token, _) ->
                    view.put("type", "token.created")
                            .put("target", token.id())
                            .set("object", of(token));
            case TokenEnded(var id, _) ->
                    view.put("type", "token.ended")
                            .put("target", id)
                            .set("object", Json.object().put("id", id));
            case NodeJoined(var node, var number, var key, _) ->
                    view.put("type", "node.joined")
                            .put("target", node.name())
                            .put("node", node.name())
                            .set(
                                    "object",
                                    Json.object().put("certificate", number).put("key", key.hex()));
            case CheckpointsLimited(var owner, var bytes, _) -> {
                var object = Json.object().put("bytes", bytes);
                if (!owner.isEmpty()) {
                    object.put("owner", owner);
                }
                view.put("type", "checkpoint.limited")
                        .put("target", owner.isEmpty() ? "everybody" : owner)
                        .set("object", object);
            }
            case CertificatesRevoked(var node, var upTo, _) ->
                    view.put("type", "node.certificates-revoked")
                            .put("target", node.name())
                            .put("node", node.name())
                            .set("object", Json.object().put("upTo", upTo));
        }
    }

    private static ObjectNode of(KeyGrant grant) {
        var view =
                Json.object()
                        .put(
                                "mode",
                                grant.mode().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        return of(view, grant.range());
    }

    private static ObjectNode of(ObjectNode view, KeyRange range) {
        text(view, "key", range.start().unsafe());
        if (range.isEndless()) {
            return view.put("endless", true);
        }
        text(view, "end", range.end().unsafe());
        return view;
    }

    /// As text, or in base64 under another name where it is none.
    private static void text(ObjectNode view, String name, byte[] key) {
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(key)).toString();
            view.put(name, text);
        } catch (CharacterCodingException bytes) {
            view.put(name + "Base64", Base64.getEncoder().encodeToString(key));
        }
    }
}
