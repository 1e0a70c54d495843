// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.ArrayList;
import java.util.List;
import org.krg.state.model.Invariant;

/// What is remembered of one client so that each of its operations is applied once. Immutable.
///
/// The replies to the last [#WINDOW] sequences are kept. Sequences may arrive out of order (a
/// client has several requests under way, each by another node), so the window notes which were
/// seen.
///
/// @param lastUse when it was used last, counted in operations of the log
/// @param highest the highest sequence seen
/// @param newer bit i: sequence `highest - i` was seen, for i below 64
/// @param older bit i: sequence `highest - 64 - i` was seen
/// @param replies what its replies take
record Session(long lastUse, long highest, long newer, long older, ReplyBytes replies) {
    /// How many sequences of a session are told apart.
    static final int WINDOW = 128;

    /// A client that nothing is known of.
    static final Session NEW = new Session(0, 0, 0, 0, ReplyBytes.NONE);

    /// What to do with an operation.
    enum Judgement {
        /// It was not applied yet.
        FRESH,
        /// It was applied; its reply is kept.
        REPEATED,
        /// Whether it was applied is not known any more, or what the reply was.
        EXPIRED
    }

    /// Judges an operation of a session that nothing is known of: a client starts at 1, and a
    /// higher number may overtake it, but one beyond the window is of a session that was forgotten.
    static Judgement judgeUnknown(long sequence) {
        return sequence <= WINDOW ? Judgement.FRESH : Judgement.EXPIRED;
    }

    /// Judges an operation of this session.
    Judgement judge(long sequence) {
        if (sequence > highest) {
            return Judgement.FRESH;
        }
        if (sequence <= highest - WINDOW) {
            return Judgement.EXPIRED;
        }
        if (!hasSeen(sequence)) {
            return Judgement.FRESH;
        }
        return replies.keeps(sequence) ? Judgement.REPEATED : Judgement.EXPIRED;
    }

    /// {@return this session after an operation that was judged fresh}
    ///
    /// @param bytes what the row of its reply takes
    Session seen(long sequence, long use, long bytes) {
        Invariant.holds(judge(sequence) == Judgement.FRESH, "a fresh sequence", this, sequence);
        var kept = replies.plus(highest, sequence, bytes);
        if (sequence > highest) {
            return moved(sequence - highest, use, kept);
        }
        var age = highest - sequence;
        return age < 64
                ? new Session(use, highest, newer | (1L << age), older, kept)
                : new Session(use, highest, newer, older | (1L << (age - 64)), kept);
    }

    /// {@return this session after an operation that was answered from the kept replies}
    Session usedAt(long use) {
        return new Session(use, highest, newer, older, replies);
    }

    /// {@return this session once its replies are let go of}
    Session withoutReplies() {
        return new Session(lastUse, highest, newer, older, ReplyBytes.letGo(highest));
    }

    /// {@return the seen sequences whose replies are no longer kept once `next` stands for this
    /// session, highest first}
    List<Long> forgottenBy(Session next) {
        var forgotten = new ArrayList<Long>();
        var last = Math.min(highest, next.highest - WINDOW);
        for (var sequence = last; sequence > highest - WINDOW && sequence > 0; sequence--) {
            if (keeps(sequence)) {
                forgotten.add(sequence);
            }
        }
        return forgotten;
    }

    /// {@return the sequences whose replies are kept, highest first}
    List<Long> kept() {
        var sequences = new ArrayList<Long>();
        for (var sequence = highest; sequence > highest - WINDOW && sequence > 0; sequence--) {
            if (keeps(sequence)) {
                sequences.add(sequence);
            }
        }
        return sequences;
    }

    private boolean keeps(long sequence) {
        return hasSeen(sequence) && replies.keeps(sequence);
    }

    private boolean hasSeen(long sequence) {
        var age = highest - sequence;
        return ((age < 64 ? newer >>> age : older >>> (age - 64)) & 1) == 1;
    }

    private Session moved(long by, long use, ReplyBytes kept) {
        var movedNewer = by >= 64 ? 0 : newer << by;
        var movedOlder =
                by >= WINDOW
                        ? 0
                        : by >= 64 ? newer << (by - 64) : (older << by) | (newer >>> (64 - by));
        return new Session(use, highest + by, movedNewer | 1, movedOlder, kept);
    }
}
