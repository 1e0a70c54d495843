// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

/// What the kept replies of a session take, and from which sequence on they are kept. Immutable.
///
/// How large each one is would be too much to remember. So there are two sums, over blocks of
/// [Session#WINDOW] sequences, which together have all of the window and at most as many replies
/// more.
///
/// @param newest bytes of the replies to the block of the highest sequence
/// @param before bytes of the replies to the block before
/// @param letGo the replies up to this sequence are not kept, though it is known which were given
record ReplyBytes(long newest, long before, long letGo) {
    static final ReplyBytes NONE = new ReplyBytes(0, 0, 0);

    /// {@return whether the reply to a sequence within the window is kept}
    boolean keeps(long sequence) {
        return sequence > letGo;
    }

    /// {@return these with one reply more}
    ///
    /// @param highest the highest sequence before it
    /// @param bytes what its row takes
    ReplyBytes plus(long highest, long sequence, long bytes) {
        if (!keeps(sequence)) {
            return this;
        }
        var blocks = sequence / Session.WINDOW - highest / Session.WINDOW;
        if (blocks < 0) {
            return new ReplyBytes(newest, before + bytes, letGo);
        }
        return blocks == 0
                ? new ReplyBytes(newest + bytes, before, letGo)
                : new ReplyBytes(bytes, blocks == 1 ? newest : 0, letGo);
    }

    /// {@return what these are once all are let go of}
    ///
    /// @param highest the highest sequence
    static ReplyBytes letGo(long highest) {
        return new ReplyBytes(0, 0, highest);
    }

    /// {@return what the kept replies take, or up to twice as much}
    long sum() {
        return newest + before;
    }
}
