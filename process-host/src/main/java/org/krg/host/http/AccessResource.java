// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import org.krg.host.HostFailure;
import org.krg.host.http.access.Passwords;
import org.krg.host.http.body.AccessBody;
import org.krg.host.http.cluster.Changes;
import org.krg.host.http.cluster.Replica;
import org.krg.host.http.view.AccessView;
import org.krg.host.http.view.Json;
import org.krg.state.command.AccessCommand;
import org.krg.state.command.AccessCommand.AddRole;
import org.krg.state.command.AccessCommand.AddUser;
import org.krg.state.command.AccessCommand.DeleteRole;
import org.krg.state.command.AccessCommand.DeleteUser;
import org.krg.state.command.AccessCommand.GrantPermission;
import org.krg.state.command.AccessCommand.GrantRole;
import org.krg.state.command.AccessCommand.RevokePermission;
import org.krg.state.command.AccessCommand.RevokeRole;
import org.krg.state.command.AccessCommand.SetEnabled;
import org.krg.state.command.AccessCommand.SetPassword;
import org.krg.state.image.ClusterImage;

/// Users, roles and whether permissions count.
final class AccessResource {
    private final Replica replica;
    private final Changes changes;

    AccessResource(Replica replica, Changes changes) {
        this.replica = replica;
        this.changes = changes;
    }

    HttpResponse status(Call call) {
        return status(HttpStatus.OK, replica.read(call.isStale()));
    }

    HttpResponse set(Call call) {
        return status(HttpStatus.OK, change(call, new SetEnabled(body(call).isEnabled())));
    }

    HttpResponse users(Call call) {
        var image = replica.read(call.isStale());
        var users = image.access().users().values();
        return Call.several(image, "users", users.stream().map(AccessView::of).toList());
    }

    HttpResponse user(Call call) {
        return user(HttpStatus.OK, replica.read(call.isStale()), call.path("name"));
    }

    HttpResponse addUser(Call call) {
        var body = body(call);
        var image = change(call, new AddUser(body.made(), hash(body.secret())));
        return user(HttpStatus.CREATED, image, body.made());
    }

    HttpResponse deleteUser(Call call) {
        var name = call.path("name");
        return Call.one(change(call, new DeleteUser(name)), Json.object().put("name", name));
    }

    HttpResponse setPassword(Call call) {
        var name = call.path("name");
        var hash = hash(body(call).secret());
        return user(HttpStatus.OK, change(call, new SetPassword(name, hash)), name);
    }

    HttpResponse grantRole(Call call) {
        var name = call.path("name");
        var image = change(call, new GrantRole(name, body(call).granted()));
        return user(HttpStatus.OK, image, name);
    }

    HttpResponse revokeRole(Call call) {
        var name = call.path("name");
        return user(HttpStatus.OK, change(call, new RevokeRole(name, call.path("role"))), name);
    }

    HttpResponse roles(Call call) {
        var image = replica.read(call.isStale());
        var roles = image.access().roles().values();
        return Call.several(image, "roles", roles.stream().map(AccessView::of).toList());
    }

    HttpResponse role(Call call) {
        return role(HttpStatus.OK, replica.read(call.isStale()), call.path("name"));
    }

    HttpResponse addRole(Call call) {
        var name = body(call).made();
        return role(HttpStatus.CREATED, change(call, new AddRole(name)), name);
    }

    HttpResponse deleteRole(Call call) {
        var name = call.path("name");
        return Call.one(change(call, new DeleteRole(name)), Json.object().put("name", name));
    }

    HttpResponse grantPermission(Call call) {
        var name = call.path("name");
        var image = change(call, new GrantPermission(name, body(call).grant()));
        return role(HttpStatus.OK, image, name);
    }

    HttpResponse revokePermission(Call call) {
        var name = call.path("name");
        var image = change(call, new RevokePermission(name, body(call).range()));
        return role(HttpStatus.OK, image, name);
    }

    private ClusterImage change(Call call, AccessCommand command) {
        var key = changes.key(call.header("krg-request"), call.caller().principal());
        return replica.atLeast(changes.submit(key, command).revision());
    }

    private static AccessBody body(Call call) {
        return call.body(AccessBody.class);
    }

    private static String hash(char[] password) {
        return password.length == 0 ? "" : Passwords.hash(password);
    }

    private static HttpResponse status(HttpStatus status, ClusterImage image) {
        var access = image.access();
        return Call.one(
                status,
                image,
                Json.object()
                        .put("enabled", access.enabled())
                        .put("authRevision", access.revision())
                        .put("users", access.users().size())
                        .put("roles", access.roles().size()));
    }

    private static HttpResponse user(HttpStatus status, ClusterImage image, String name) {
        return image.access()
                .users()
                .find(name)
                .map(user -> Call.one(status, image, AccessView.of(user)))
                .orElseThrow(() -> missing("user", name));
    }

    private static HttpResponse role(HttpStatus status, ClusterImage image, String name) {
        return image.access()
                .roles()
                .find(name)
                .map(role -> Call.one(status, image, AccessView.of(role)))
                .orElseThrow(() -> missing("role", name));
    }

    private static HostFailure missing(String kind, String name) {
        return new HostFailure(
                HostFailure.Code.NOT_FOUND,
                "there is no " + kind + " " + name,
                "`krg-admin " + kind + " list` shows those there are");
    }
}
