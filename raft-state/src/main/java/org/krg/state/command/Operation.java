// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import org.krg.state.model.SessionId;

/// A command on its way into the log.
///
/// @param session of the client; together with `sequence` the key of exactly-once
/// @param sequence from 1 in each session; a repeated one is answered with the first reply
/// @param term the leadership the proposal was made under: applied only if the entry has the same
///   term; 0 when it does not depend on one
/// @param principal the user who asks, as the agent that proposes it has made sure; empty for what
///   an agent proposes by itself
/// @param since how far the log was applied where the operation was first handed in; [#UNKNOWN] for
///   one of a version that did not say. It cannot have been applied up to there: so it is known
///   whether what is remembered of sessions reaches back far enough to tell a repetition
public record Operation(
        SessionId session,
        long sequence,
        long term,
        String principal,
        Command command,
        long since) {
    /// Of an operation of which it is not known since when it can have been applied.
    public static final long UNKNOWN = -1;

    public Operation {
        if (sequence < 1) {
            throw new IllegalArgumentException("a sequence starts at 1, not " + sequence);
        }
    }

    /// What is not handed in yet.
    public Operation(
            SessionId session, long sequence, long term, String principal, Command command) {
        this(session, sequence, term, principal, command, UNKNOWN);
    }

    /// What an agent proposes by itself.
    public Operation(SessionId session, long sequence, long term, Command command) {
        this(session, sequence, term, "", command);
    }

    /// {@return this handed in where the log was applied up to an index}
    public Operation since(long index) {
        return new Operation(session, sequence, term, principal, command, index);
    }
}
