// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.krg.state.command.PolicyCommand;
import org.krg.state.command.PolicyCommand.ActivatePolicy;
import org.krg.state.command.PolicyCommand.RemovePolicy;
import org.krg.state.command.PolicyCommand.RollBackPolicy;
import org.krg.state.command.PolicyCommand.StorePolicy;
import org.krg.state.command.Refusal;
import org.krg.state.event.Event;
import org.krg.state.event.PolicyEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Policies;
import org.krg.state.model.PolicyId;
import org.krg.state.model.PolicyVersion;

/// Which policies there are and which decides. What a text says is looked at before it is proposed
/// and again by whoever decides by it, never here: all replicas come to the same state whether they
/// understand it or not.
final class PolicyRules {
    static final int MAX_BYTES = 64 * 1_024;
    static final int MAX_NAMES = 64;
    static final int MAX_ABOUT = 200;

    /// Versions of one policy; the oldest that is not in use goes when there is another.
    static final int MAX_VERSIONS = 16;

    private PolicyRules() {}

    static Decision decide(ClusterImage image, PolicyCommand command) {
        var policies = image.policies();
        return switch (command) {
            case StorePolicy store -> store(policies, store);
            case ActivatePolicy(var policy) -> activate(policies, policy, "activated");
            case RollBackPolicy _ -> rollBack(policies);
            case RemovePolicy(var name) -> remove(policies, name);
        };
    }

    /// {@return `policies` after an event}
    static Policies fold(Policies policies, PolicyEvent event) {
        return switch (event) {
            case PolicyEvent.Stored(var version, _) -> policies.with(version);
            case PolicyEvent.Activated(var active, var previous, _) ->
                    policies.deciding(active, previous);
            case PolicyEvent.Removed(var id, _) -> policies.without(id);
        };
    }

    private static Decision store(Policies policies, StorePolicy store) {
        var invalid = problem(store);
        if (invalid.isPresent()) {
            return Decision.refuse(Refusal.INVALID, invalid.get());
        }
        var newest = policies.newest(store.name());
        if (newest.filter(it -> it.text().equals(store.text())).isPresent()) {
            return new Decision.Accept(List.of(), newest.get().id().version());
        }
        if (newest.isEmpty() && policies.names() >= MAX_NAMES) {
            return Decision.refuse(
                    Refusal.LIMIT,
                    "a cluster has at most %s policies; remove others first".formatted(MAX_NAMES));
        }
        var id = new PolicyId(store.name(), newest.map(it -> it.id().version()).orElse(0L) + 1);
        var events = new ArrayList<Event>();
        var version =
                new PolicyVersion(id, store.about(), store.text(), store.author(), store.at());
        events.add(new PolicyEvent.Stored(version, "stored by " + store.author()));
        if (policies.of(store.name()).size() >= MAX_VERSIONS) {
            policies.of(store.name()).stream()
                    .map(PolicyVersion::id)
                    .filter(old -> !policies.isInUse(old))
                    .findFirst()
                    .ifPresent(old ->
                            events.add(
                                    new PolicyEvent.Removed(old, "the oldest of " + MAX_VERSIONS)));
        }
        return new Decision.Accept(events, id.version());
    }

    private static Optional<String> problem(StorePolicy store) {
        if (!PolicyId.isName(store.name())) {
            return Optional.of(PolicyId.NAMES);
        }
        if (store.about().length() > MAX_ABOUT) {
            return Optional.of("about has at most %s characters".formatted(MAX_ABOUT));
        }
        var bytes = store.text().getBytes(StandardCharsets.UTF_8).length;
        return bytes > MAX_BYTES
                ? Optional.of("a policy has at most %s bytes, not %s".formatted(MAX_BYTES, bytes))
                : Optional.empty();
    }

    private static Decision rollBack(Policies policies) {
        return policies.previous().equals(policies.active())
                ? Decision.refuse(
                        Refusal.CONFLICT,
                        "there is nothing to go back to; `krg-admin policy activate` takes any")
                : activate(policies, policies.previous(), "rolled back");
    }

    private static Decision activate(Policies policies, Optional<PolicyId> policy, String how) {
        if (policy.isPresent() && policies.versions().find(policy.get()).isEmpty()) {
            return unknown(policy.get().toString());
        }
        return policy.equals(policies.active())
                ? Decision.accept()
                : Decision.accept(new PolicyEvent.Activated(policy, policies.active(), how));
    }

    private static Decision remove(Policies policies, String name) {
        var versions = policies.of(name);
        if (versions.isEmpty()) {
            return unknown(name);
        }
        if (policies.active().filter(id -> id.name().equals(name)).isPresent()) {
            return Decision.refuse(
                    Refusal.CONFLICT,
                    "policy %s decides; activate another one first, or `built-in`"
                            .formatted(policies.active().get()));
        }
        var events = new ArrayList<Event>();
        if (policies.previous().filter(id -> id.name().equals(name)).isPresent()) {
            events.add(
                    new PolicyEvent.Activated(
                            policies.active(), Optional.empty(), "no way back to " + name));
        }
        versions.forEach(version -> events.add(new PolicyEvent.Removed(version.id(), "removed")));
        return new Decision.Accept(events, 0);
    }

    private static Decision unknown(String what) {
        return Decision.refuse(
                Refusal.NOT_FOUND,
                "there is no policy " + what + "; `krg-admin policy list` shows those there are");
    }
}
