// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.cluster;

import java.security.SecureRandom;
import java.util.Optional;
import org.krg.host.HostFailure;
import org.krg.host.http.body.StatusFailure;
import org.krg.state.ClusterStore;
import org.krg.state.ClusterStore.UnknownOutcome;
import org.krg.state.command.Command;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.core.ClusterStateMachine;
import org.krg.state.core.Decision;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.SessionId;

/// Proposes commands, each at most once. Methods block. Safe for use from any thread.
public final class Changes {
    private static final int TOO_MANY = 429;

    private final ClusterStore store;
    private final SecureRandom random = new SecureRandom();

    public Changes(ClusterStore store) {
        this.store = store;
    }

    /// The two numbers that make a request one and the same however often it is sent, and who asks.
    public record Key(SessionId session, long sequence, String principal) {
        /// {@return another key, always the same one, for a second command of the same request}
        Key second() {
            // A session of its own, far from those that clients pick one after the other.
            var mixed = (session.value() ^ Long.rotateLeft(sequence, 32)) * 0x9E3779B97F4A7C15L;
            return new Key(new SessionId(mixed | Long.MIN_VALUE), 1, principal);
        }
    }

    /// {@return the key that a client sent as `SESSION:SEQUENCE`, else one that nobody has}
    ///
    /// @param principal the user who asks
    public Key key(Optional<String> header, String principal) {
        if (header.isEmpty()) {
            return new Key(new SessionId(random.nextLong() & Long.MAX_VALUE), 1, principal);
        }
        var parts = header.get().split(":", -1);
        try {
            if (parts.length == 2) {
                var key = new Key(new SessionId(number(parts[0])), number(parts[1]), principal);
                if (key.sequence() > 0) {
                    return key;
                }
            }
        } catch (NumberFormatException malformed) {
            // Answered below like every other form.
        }
        throw new HostFailure(
                HostFailure.Code.USAGE,
                "Krg-Request is SESSION:SEQUENCE, not \"" + header.get() + "\"",
                "SESSION is a random number of at most 63 bits, SEQUENCE counts from 1");
    }

    private static long number(String text) {
        var number = Long.parseLong(text);
        if (number < 0) {
            throw new NumberFormatException(text);
        }
        return number;
    }

    /// {@return what became of `command`} Throws [HostFailure] when it was refused.
    public Reply.Accepted submit(Key key, Command command) {
        return switch (propose(key, command)) {
            case Reply.Accepted accepted -> accepted;
            case Reply.Transacted(var revision, _, _) -> new Reply.Accepted(revision, 0);
            case Reply.Synchronised(var revision, _) -> new Reply.Accepted(revision, 0);
            case Reply.Refused refused -> throw failure(refused);
        };
    }

    /// Throws the [HostFailure] of a refusal where the rules refuse `command` in this state: for
    /// what strangers ask, of whom nothing is to be written to the log.
    public static void requireGranted(ClusterImage image, Command command) {
        if (ClusterStateMachine.decide(image, command)
                instanceof Decision.Refuse(var refusal, var detail)) {
            throw failure(new Reply.Refused(image.revision(), refusal, detail));
        }
    }

    /// {@return what became of `command`, a refusal too}
    public Reply propose(Key key, Command command) {
        return store.submit(
                        new Operation(key.session(), key.sequence(), 0, key.principal(), command))
                .join();
    }

    /// {@return what became of `command` in the place of the one that `key` was used for}
    public Reply.Accepted submitInstead(Key key, Command command) {
        return submit(key.second(), command);
    }

    /// {@return a refusal as it is told: the rules write the remedy behind a semicolon}
    public static RuntimeException failure(Reply.Refused refused) {
        var semicolon = refused.detail().indexOf("; ");
        var message = semicolon < 0 ? refused.detail() : refused.detail().substring(0, semicolon);
        var remedy = semicolon < 0 ? "" : refused.detail().substring(semicolon + 2);
        return switch (refused.refusal()) {
            case NOT_FOUND, KEY_NOT_FOUND, LEASE_NOT_FOUND ->
                    new HostFailure(HostFailure.Code.NOT_FOUND, message, remedy);
            case INVALID,
                    KEY_EMPTY,
                    DUPLICATE_KEY,
                    VALUE_PROVIDED,
                    LEASE_PROVIDED,
                    TOO_MANY_OPERATIONS,
                    TOO_LARGE,
                    FUTURE_REVISION ->
                    new HostFailure(HostFailure.Code.USAGE, message, remedy);
            case COMPACTED -> new HostFailure(HostFailure.Code.CONFLICT, message, remedy);
            case NOT_PERMITTED -> new HostFailure(HostFailure.Code.NOT_PERMITTED, message, remedy);
            case NAME_TAKEN -> new HostFailure(HostFailure.Code.CONFLICT, message, remedy);
            case CONFLICT ->
                    new HostFailure(
                            HostFailure.Code.CONFLICT,
                            message,
                            remedy.isEmpty() ? "look at the present state, then decide" : remedy);
            case WRONG_TERM ->
                    new HostFailure(
                            HostFailure.Code.NO_QUORUM,
                            "the leader changed meanwhile: " + message,
                            "try again");
            case SESSION_EXPIRED ->
                    new UnknownOutcome(
                            "the request is too old: " + message,
                            new HostFailure(HostFailure.Code.TIMED_OUT, message, remedy));
            case LIMIT ->
                    new StatusFailure(
                            TOO_MANY, new HostFailure(HostFailure.Code.FAILED, message, remedy));
        };
    }
}
