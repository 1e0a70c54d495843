// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.time.Duration;
import org.krg.state.command.LeaseCommand;
import org.krg.state.command.LeaseCommand.ExpireLease;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.LeaseCommand.RevokeLease;
import org.krg.state.command.Refusal;
import org.krg.state.event.LeaseEvent;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Lease;
import org.krg.state.model.LeaseId;

/// Decides about users' leases.
final class LeaseRules {
    /// A shorter lease would end between two renewals on a loaded machine.
    static final Duration MIN_TTL = Duration.ofMillis(100);

    /// As etcd's; 285 years in nanoseconds still are a number.
    static final Duration MAX_TTL = Duration.ofHours(2_500_000);

    /// Characters of a holder's name: a host name and a process fit.
    static final int MAX_HOLDER = 256;

    /// Leases at once: the leader measures each of them.
    static final int MAX_LEASES = 100_000;

    private LeaseRules() {}

    static Decision decide(ClusterImage image, LeaseCommand command) {
        return switch (command) {
            case GrantLease grant -> grant(image, grant);
            case RevokeLease(var id) -> end(image, id, LeaseEvent.Kind.REVOKED, "given back by ");
            case ExpireLease(var id, var token) -> expire(image, id, token);
        };
    }

    private static Decision grant(ClusterImage image, GrantLease grant) {
        var ttl = grant.ttl();
        if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0) {
            return Decision.refuse(
                    Refusal.INVALID,
                    "a lease lasts between 100 milliseconds and 9 000 000 000 seconds, not " + ttl);
        }
        if (grant.holder().isEmpty() || grant.holder().length() > MAX_HOLDER) {
            return Decision.refuse(
                    Refusal.INVALID, "the holder of a lease has a name of 1 to 256 characters");
        }
        if (grant.id().value() < 0) {
            return Decision.refuse(
                    Refusal.INVALID, "the number of a lease is positive, or 0 to have one picked");
        }
        if (image.leases().find(grant.id()).isPresent()) {
            return Decision.refuse(
                    Refusal.NAME_TAKEN,
                    "there is a lease " + grant.id() + "; choose another number, or 0");
        }
        if (image.leases().size() >= MAX_LEASES) {
            return Decision.refuse(
                    Refusal.LIMIT,
                    "there are "
                            + MAX_LEASES
                            + " leases; give some back or wait until some have ended");
        }
        var token = image.revision().next().value();
        var lease = new Lease(number(image, grant.id()), grant.holder(), grant.ttl(), token);
        var draft = new Draft(image);
        draft.add(new LeaseEvent(LeaseEvent.Kind.GRANTED, lease, "granted to " + lease.holder()));
        return draft.accept(lease.id().value());
    }

    /// Numbers that clients choose may lie ahead of those the store gives out.
    private static LeaseId number(ClusterImage image, LeaseId chosen) {
        if (chosen.value() != 0) {
            return chosen;
        }
        var picked = new LeaseId(image.nextNumber());
        while (image.leases().find(picked).isPresent()) {
            picked = new LeaseId(picked.value() + 1);
        }
        return picked;
    }

    /// The number alone does not tell a lease from one that was granted anew with the same.
    private static Decision expire(ClusterImage image, LeaseId id, long token) {
        var isAnother =
                image.leases().find(id).filter(lease -> token != 0 && lease.token() != token);
        return isAnother.isPresent()
                ? Decision.refuse(
                        Refusal.CONFLICT,
                        "lease " + id + " was granted anew with token " + isAnother.get().token())
                : end(image, id, LeaseEvent.Kind.EXPIRED, "not renewed by ");
    }

    private static Decision end(ClusterImage image, LeaseId id, LeaseEvent.Kind kind, String how) {
        return image.leases()
                .find(id)
                .map(lease -> Decision.accept(new LeaseEvent(kind, lease, how + lease.holder())))
                .orElseGet(() ->
                        Decision.refuse(
                                Refusal.NOT_FOUND,
                                "there is no lease " + id + ": it has ended; ask for a new one"));
    }
}
