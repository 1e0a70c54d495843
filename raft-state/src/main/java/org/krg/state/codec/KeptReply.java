// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import org.krg.state.command.Operation;
import org.krg.state.command.Reply;

/// A reply as it is kept for a repetition of the operation. Clients choose the numbers of their
/// sessions: numbers alone must not show somebody else's reply, nor pass for leave to do another
/// thing.
///
/// @param principal whose operation it answers
/// @param kind tells kinds of commands apart; 0 where an older version did not note it. What a
///   command says is not compared: an honest repetition may have another time in it.
public record KeptReply(Reply reply, String principal, int kind) {
    /// {@return the reply to an operation, to be kept}
    public static KeptReply to(Operation operation, Reply reply) {
        return new KeptReply(reply, operation.principal(), kind(operation));
    }

    /// {@return whether `operation` can be a repetition of what this answers}
    public boolean answers(Operation operation) {
        return kind == 0 || (kind == kind(operation) && principal.equals(operation.principal()));
    }

    private static int kind(Operation operation) {
        return operation.command().getClass().getSimpleName().hashCode();
    }
}
