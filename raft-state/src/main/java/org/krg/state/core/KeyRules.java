// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.List;
import java.util.Optional;
import org.krg.state.command.KeyCommand;
import org.krg.state.command.KeyCommand.CompactKeys;
import org.krg.state.command.KeyCommand.KeepVersions;
import org.krg.state.command.KeyCommand.LimitKeys;
import org.krg.state.command.KeyCommand.Transact;
import org.krg.state.command.KeyRequest;
import org.krg.state.command.KeyTransaction;
import org.krg.state.command.Refusal;
import org.krg.state.core.Decision.Refuse;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.KeyGrant.Mode;
import org.krg.state.model.key.KeyLimit;
import org.krg.state.model.key.KeyRange;

/// Decides about users' keys, by the rules of etcd v3 ([its
/// API](https://etcd.io/docs/v3.6/learning/api/)).
public final class KeyRules {
    private KeyRules() {}

    /// {@return what `command` does to the keys of `view`}
    public static KeyDecision decide(KeyView view, ClusterImage image, KeyCommand command) {
        return KeyCheck.problem(command)
                .or(() -> forbidden(image, command))
                .<KeyDecision>map(KeyDecision.Refused::new)
                .orElseGet(() -> allowed(view, image, command));
    }

    private static KeyDecision allowed(KeyView view, ClusterImage image, KeyCommand command) {
        return switch (command) {
            case Transact(var principal, var transaction) ->
                    KeyExecution.of(view, image, principal).run(transaction);
            case CompactKeys(_, var revision) -> compact(view, image, revision);
            case LimitKeys(_, var of, var limit) -> {
                var state = view.state();
                yield new KeyDecision.Changed(
                        of.map(principal -> state.withLimit(principal, limit))
                                .orElseGet(() -> state.withLimit(limit.orElse(KeyLimit.DEFAULT))),
                        true);
            }
            case KeepVersions(_, var revisions) ->
                    new KeyDecision.Changed(view.state().keeping(revisions), true);
        };
    }

    private static KeyDecision compact(KeyView view, ClusterImage image, Revision revision) {
        if (revision.compareTo(image.revision()) > 0) {
            return new KeyDecision.Refused(future(image, revision));
        }
        return revision.compareTo(view.state().compacted()) <= 0
                ? new KeyDecision.Refused(compacted(view.state().compacted(), revision))
                : new KeyDecision.Changed(view.state().compactedTo(revision), false);
    }

    /// {@return the refusal of a read of that revision; empty when it can be read}
    static Optional<Refuse> unreadable(KeyView view, ClusterImage image, Revision revision) {
        if (revision.compareTo(image.revision()) > 0) {
            return Optional.of(future(image, revision));
        }
        return !revision.equals(Revision.ZERO) && revision.compareTo(view.state().compacted()) < 0
                ? Optional.of(compacted(view.state().compacted(), revision))
                : Optional.empty();
    }

    private static Refuse future(ClusterImage image, Revision revision) {
        return new Refuse(
                Refusal.FUTURE_REVISION,
                "revision "
                        + revision
                        + " is in the future: the present one is "
                        + image.revision());
    }

    private static Refuse compacted(Revision compacted, Revision revision) {
        return new Refuse(
                Refusal.COMPACTED,
                "revision " + revision + " is gone: old versions are compacted up to " + compacted);
    }

    /// Deletes the keys of a lease that ended at `revision`.
    public static void end(KeyDraft draft, LeaseId lease, Revision revision) {
        if (draft.hold(lease).keys() > 0) {
            for (var key : draft.keysOf(lease)) {
                draft.write(key, revision, draft.find(key), Optional.empty());
            }
        }
    }

    /// {@return the refusal of a lease that would be one more than its holder may have}
    public static Optional<Refuse> ungrantable(KeyView view, ClusterImage image, String holder) {
        var most = view.state().limitOf(holder).leases();
        return image.leases().heldBy(holder) < most
                ? Optional.empty()
                : Optional.of(
                        new Refuse(
                                Refusal.LIMIT,
                                "user \"%s\" may hold %d leases; give some back, or have root set another limit"
                                        .formatted(holder, most)));
    }

    /// {@return what [#unrevocable] looks at, in bytes of a log entry's budget}
    public static long looked(KeyView view, LeaseId lease) {
        return view.hold(lease).keys() * Budget.ROW;
    }

    /// {@return the refusal of whoever would end a lease and may not delete its keys, which others
    /// may have put with it} An agent may: it only says that a lease is over.
    public static Optional<Refuse> unrevocable(
            KeyDraft draft, ClusterImage image, String principal, LeaseId lease) {
        if (principal.equals(Authority.AGENT)
                || !image.access().enabled()
                || image.access().isRoot(principal)
                || draft.hold(lease).keys() == 0) {
            return Optional.empty();
        }
        for (var key : draft.keysOf(lease)) {
            if (forbidden(image, principal, KeyRange.one(key), Mode.WRITE).isPresent()) {
                // Who may not read a key does not learn its name.
                return Optional.of(
                        new Refuse(
                                Refusal.NOT_PERMITTED,
                                "lease %s has keys that user %s may not delete"
                                        .formatted(lease, principal)));
            }
        }
        return Optional.empty();
    }

    /// Every part is asked about, also of the branch that is not done: whether a principal may use
    /// a key must not tell what another key holds.
    private static Optional<Refuse> forbidden(ClusterImage image, KeyCommand command) {
        var principal = command.principal();
        if (!image.access().enabled() || image.access().isRoot(principal)) {
            return Optional.empty();
        }
        return switch (command) {
            case Transact(_, var transaction) -> forbidden(image, principal, transaction);
            case CompactKeys _, LimitKeys _, KeepVersions _ ->
                    Optional.of(
                            new Refuse(
                                    Refusal.NOT_PERMITTED,
                                    "only root and users with the role root may do that"));
        };
    }

    private static Optional<Refuse> forbidden(
            ClusterImage image, String principal, KeyTransaction transaction) {
        for (var comparison : transaction.when()) {
            var problem = forbidden(image, principal, comparison.range(), Mode.READ);
            if (problem.isPresent()) {
                return problem;
            }
        }
        for (var branch : List.of(transaction.then(), transaction.otherwise())) {
            for (var request : branch) {
                var problem = forbidden(image, principal, request);
                if (problem.isPresent()) {
                    return problem;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Refuse> forbidden(
            ClusterImage image, String principal, KeyRequest request) {
        return switch (request) {
            case KeyRequest.Read(var read) -> forbidden(image, principal, read.range(), Mode.READ);
            case KeyRequest.Put put ->
                    forbidden(image, principal, KeyRange.one(put.key()), mode(put.previous()));
            case KeyRequest.Delete(var range, var previous) ->
                    forbidden(image, principal, range, mode(previous));
            case KeyRequest.Nested(var inner) -> forbidden(image, principal, inner);
        };
    }

    private static Mode mode(boolean previous) {
        return previous ? Mode.READ_WRITE : Mode.WRITE;
    }

    private static Optional<Refuse> forbidden(
            ClusterImage image, String principal, KeyRange range, Mode mode) {
        return KeyAccess.problem(image.access(), principal, range, mode)
                .map(problem -> new Refuse(Refusal.NOT_PERMITTED, problem));
    }
}
