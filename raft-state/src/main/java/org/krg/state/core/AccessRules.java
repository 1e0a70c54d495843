// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.krg.state.command.Refusal;
import org.krg.state.event.AccessEvent.CheckpointsLimited;
import org.krg.state.event.AccessEvent.EnabledSet;
import org.krg.state.event.AccessEvent.NodeJoined;
import org.krg.state.event.AccessEvent.RoleChanged;
import org.krg.state.event.AccessEvent.RoleDeleted;
import org.krg.state.event.AccessEvent.TokenCreated;
import org.krg.state.event.AccessEvent.TokenEnded;
import org.krg.state.event.AccessEvent.UserChanged;
import org.krg.state.event.AccessEvent.UserDeleted;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.JoinToken;
import org.krg.state.model.User;
import org.krg.state.model.key.KeyGrant;
import org.krg.state.model.key.KeyRole;

/// Decides about users, roles and tokens. Whether the caller may ask at all is [Authority]'s.
final class AccessRules {
    /// Users, roles and grants of one role: all of them stay in memory on every node.
    static final int MAX_NAMES = 10_000;

    static final int MAX_GRANTS = 1_000;

    /// Tokens at once: nobody adds more nodes in one go.
    static final int MAX_TOKENS = 1_000;

    /// A token that lives longer is a password.
    static final Duration MAX_TOKEN_LIFE = Duration.ofDays(7);

    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

    private static final int MAX_HASH = 512;

    private AccessRules() {}

    static Decision decide(ClusterImage image, AccessCommand command) {
        return switch (command) {
            case AddUser add -> addUser(image, add);
            case DeleteUser(var user) -> withUser(image, user, known -> deleteUser(image, known));
            case SetPassword(var user, var hash) ->
                    withUser(image, user, known -> setPassword(known, hash));
            case GrantRole(var user, var role) ->
                    withUser(image, user, known -> grantRole(image, known, role));
            case RevokeRole(var user, var role) ->
                    withUser(image, user, known -> revokeRole(image, known, role));
            case AddRole(var role) -> addRole(image, role);
            case DeleteRole(var role) -> withRole(image, role, known -> deleteRole(image, known));
            case GrantPermission(var role, var grant) ->
                    withRole(image, role, known -> grantPermission(known, grant));
            case RevokePermission revoke ->
                    withRole(image, revoke.role(), known -> revokePermission(known, revoke));
            case SetEnabled(var enabled) -> setEnabled(image, enabled);
            case LimitCheckpoints limit -> limitCheckpoints(image, limit);
            case CreateToken create -> createToken(image, create);
            case RevokeToken(var id) -> revokeToken(image, id);
            case JoinNode join -> join(image, join);
        };
    }

    private static Decision addUser(ClusterImage image, AddUser add) {
        if (image.access().users().find(add.user()).isPresent()) {
            return Decision.refuse(
                    Refusal.NAME_TAKEN,
                    "user " + add.user() + " exists; `krg-admin user list` shows all");
        }
        return nameProblem(add.user())
                .or(() -> hashProblem(add.passwordHash()))
                .or(() -> limit(image.access().users().size()))
                .orElseGet(() ->
                        Decision.accept(
                                new UserChanged(
                                        new User(add.user(), add.passwordHash(), List.of()),
                                        "user added")));
    }

    private static Decision limitCheckpoints(ClusterImage image, LimitCheckpoints limit) {
        var limits = image.access().checkpointLimits();
        var present = limits.find(limit.owner());
        if (limit.bytes() < 0) {
            return Decision.refuse(
                    Refusal.INVALID, "a limit is a number of bytes, not " + limit.bytes());
        }
        if (present.orElse(0L) == limit.bytes()) {
            return Decision.accept();
        }
        var problem =
                (limit.owner().isEmpty() ? Optional.<Decision>empty() : nameProblem(limit.owner()))
                        .or(() -> present.isPresent() ? Optional.empty() : limit(limits.size()));
        var whose = limit.owner().isEmpty() ? "everybody" : "user " + limit.owner();
        var detail =
                limit.bytes() == 0
                        ? whose + " has no limit of checkpoints"
                        : "%s may have %d bytes of checkpoints".formatted(whose, limit.bytes());
        return problem.orElseGet(() ->
                Decision.accept(new CheckpointsLimited(limit.owner(), limit.bytes(), detail)));
    }

    private static Decision deleteUser(ClusterImage image, User user) {
        return image.access().enabled() && user.name().equals(User.ROOT)
                ? rootIsNeeded()
                : Decision.accept(new UserDeleted(user.name(), "user deleted"));
    }

    private static Decision setPassword(User user, String hash) {
        return hashProblem(hash)
                .orElseGet(() ->
                        Decision.accept(
                                new UserChanged(
                                        new User(user.name(), hash, user.roles()),
                                        "password changed")));
    }

    private static Decision grantRole(ClusterImage image, User user, String role) {
        var isKnown = role.equals(KeyRole.ROOT) || image.access().roles().find(role).isPresent();
        if (!isKnown) {
            return unknownRole(role);
        }
        if (user.roles().contains(role)) {
            return Decision.accept();
        }
        var roles = new ArrayList<>(user.roles());
        roles.add(role);
        return changed(user, roles.stream().sorted().toList(), "got role " + role);
    }

    private static Decision revokeRole(ClusterImage image, User user, String role) {
        if (!user.roles().contains(role)) {
            return Decision.refuse(
                    Refusal.NOT_FOUND, "user " + user.name() + " has no role " + role);
        }
        if (image.access().enabled()
                && user.name().equals(User.ROOT)
                && role.equals(KeyRole.ROOT)) {
            return rootIsNeeded();
        }
        return changed(user, without(user.roles(), role), "lost role " + role);
    }

    private static Decision changed(User user, List<String> roles, String detail) {
        return Decision.accept(
                new UserChanged(new User(user.name(), user.passwordHash(), roles), detail));
    }

    private static List<String> without(List<String> names, String name) {
        return names.stream().filter(each -> !each.equals(name)).toList();
    }

    private static Decision addRole(ClusterImage image, String role) {
        if (role.equals(KeyRole.ROOT) || image.access().roles().find(role).isPresent()) {
            return Decision.refuse(
                    Refusal.NAME_TAKEN,
                    "role " + role + " exists; `krg-admin role list` shows all");
        }
        return nameProblem(role)
                .or(() -> limit(image.access().roles().size()))
                .orElseGet(() ->
                        Decision.accept(
                                new RoleChanged(new KeyRole(role, List.of()), "role added")));
    }

    private static Decision deleteRole(ClusterImage image, KeyRole role) {
        var draft = new Draft(image);
        for (var user : image.access().users().values()) {
            if (user.roles().contains(role.name())) {
                var roles = without(user.roles(), role.name());
                draft.add(
                        new UserChanged(
                                new User(user.name(), user.passwordHash(), roles),
                                "lost role " + role.name()));
            }
        }
        draft.add(new RoleDeleted(role.name(), "role deleted"));
        return draft.accept();
    }

    private static Decision grantPermission(KeyRole role, KeyGrant grant) {
        var grants = new ArrayList<>(role.grants());
        grants.removeIf(each -> each.range().equals(grant.range()));
        if (grants.size() >= MAX_GRANTS) {
            return Decision.refuse(
                    Refusal.LIMIT,
                    "a role has at most " + MAX_GRANTS + " permissions; use another");
        }
        grants.add(grant);
        grants.sort((one, other) -> one.range().compareTo(other.range()));
        return Decision.accept(
                new RoleChanged(new KeyRole(role.name(), grants), "may use " + grant.range()));
    }

    private static Decision revokePermission(KeyRole role, RevokePermission revoke) {
        var grants = new ArrayList<>(role.grants());
        if (!grants.removeIf(each -> each.range().equals(revoke.range()))) {
            return Decision.refuse(
                    Refusal.NOT_FOUND,
                    "role %s has no permission for exactly %s; `krg-admin role get %s` shows those it has"
                            .formatted(role.name(), revoke.range(), role.name()));
        }
        return Decision.accept(
                new RoleChanged(
                        new KeyRole(role.name(), grants), "may no longer use " + revoke.range()));
    }

    private static Decision setEnabled(ClusterImage image, boolean enabled) {
        if (image.access().enabled() == enabled) {
            return Decision.accept();
        }
        var hasRoot =
                image.access()
                        .users()
                        .find(User.ROOT)
                        .filter(user -> user.roles().contains(KeyRole.ROOT))
                        .isPresent();
        if (enabled && !hasRoot) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "there is no user root with the role root; `krg-admin user add root` and"
                            + " `krg-admin user grant-role root root` make it");
        }
        return Decision.accept(
                new EnabledSet(
                        enabled, enabled ? "permissions count" : "permissions do not count"));
    }

    private static Decision createToken(ClusterImage image, CreateToken create) {
        var token = create.token();
        if (token.expires().isAfter(create.at().plus(MAX_TOKEN_LIFE))
                || !token.expires().isAfter(create.at())) {
            return Decision.refuse(
                    Refusal.INVALID, "a token lives for more than nothing and at most 7 days");
        }
        if (image.access().tokens().find(token.id()).isPresent()) {
            return Decision.refuse(Refusal.NAME_TAKEN, "token " + token.id() + " exists");
        }
        var draft = new Draft(image);
        for (var old : image.access().tokens().values()) {
            if (!old.expires().isAfter(create.at())) {
                draft.add(new TokenEnded(old.id(), "expired"));
            }
        }
        if (draft.image().access().tokens().size() >= MAX_TOKENS) {
            return Decision.refuse(
                    Refusal.LIMIT, "there are " + MAX_TOKENS + " tokens; revoke some");
        }
        draft.add(new TokenCreated(token, "until " + token.expires()));
        return nameProblem(token.id()).orElseGet(draft::accept);
    }

    private static Decision revokeToken(ClusterImage image, String id) {
        return image.access().tokens().find(id).isPresent()
                ? Decision.accept(new TokenEnded(id, "revoked"))
                : Decision.refuse(
                        Refusal.NOT_FOUND,
                        "there is no token " + id + "; `krg-admin cluster token list` shows all");
    }

    /// Why a token is not good is not told: whoever shows it may be guessing.
    private static Decision join(ClusterImage image, JoinNode join) {
        if (image.access().tokens().find(join.token()).filter(it -> isGood(it, join)).isEmpty()) {
            return Decision.refuse(
                    Refusal.NOT_PERMITTED,
                    "the token is used, revoked, expired or wrong; `krg-admin cluster token"
                            + " create` on a member makes another");
        }
        if (image.nodes().find(join.node()).isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    ("node %s is a member already; `krg-admin node remove %s` first if its keys are"
                                    + " lost")
                            .formatted(join.node(), join.node()));
        }
        var number = image.nextNumber();
        var draft = new Draft(image);
        draft.add(new TokenEnded(join.token(), "used by node " + join.node()));
        draft.add(new NodeJoined(join.node(), number, join.key(), "with token " + join.token()));
        return draft.accept(number);
    }

    private static boolean isGood(JoinToken token, JoinNode join) {
        return token.hash().equals(join.secretHash()) && join.at().isBefore(token.expires());
    }

    private interface About<T> {
        Decision decide(T known);
    }

    private static Decision withUser(ClusterImage image, String name, About<User> about) {
        return image.access()
                .users()
                .find(name)
                .map(about::decide)
                .orElseGet(() ->
                        Decision.refuse(
                                Refusal.NOT_FOUND,
                                "there is no user " + name + "; `krg-admin user list` shows all"));
    }

    private static Decision withRole(ClusterImage image, String name, About<KeyRole> about) {
        return image.access()
                .roles()
                .find(name)
                .map(about::decide)
                .orElseGet(() -> unknownRole(name));
    }

    private static Decision unknownRole(String role) {
        return Decision.refuse(
                Refusal.NOT_FOUND,
                "there is no role " + role + "; `krg-admin role list` shows all");
    }

    private static Decision rootIsNeeded() {
        return Decision.refuse(
                Refusal.CONFLICT,
                "while permissions count there must be a root; `krg-admin auth disable` first");
    }

    private static Optional<Decision> nameProblem(String name) {
        return name.matches(NAME)
                ? Optional.empty()
                : Optional.of(
                        Decision.refuse(
                                Refusal.INVALID,
                                "a name has up to 64 letters, digits, '.', '_', '@' and '-', and"
                                        + " begins with a letter or a digit"));
    }

    private static Optional<Decision> hashProblem(String hash) {
        return hash.length() <= MAX_HASH
                ? Optional.empty()
                : Optional.of(Decision.refuse(Refusal.INVALID, "that is no hash of a password"));
    }

    private static Optional<Decision> limit(int present) {
        return present < MAX_NAMES
                ? Optional.empty()
                : Optional.of(
                        Decision.refuse(
                                Refusal.LIMIT, "there are " + MAX_NAMES + "; delete some first"));
    }
}
