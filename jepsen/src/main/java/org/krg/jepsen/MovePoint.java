// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

/// Moments of a move, in their order, at which an agent can be held up (`Failpoint` in
/// `process-host`, which says what has happened by then).
public enum MovePoint {
    SENDS_AHEAD,
    SENT_AHEAD,
    LEAVES,
    HANDS_OVER,
    PREPARES,
    PREPARED,
    STANDS,
    HANDED_OVER,
    RESTORES,
    RESTORED,
    COMMITS,
    THAWS,
    RESUMES,
    KILLS;

    /// {@return whether only a move comes to it that sends memory ahead}
    boolean isWarm() {
        return this == SENDS_AHEAD || this == SENT_AHEAD;
    }

    /// {@return whether the source comes to it, and not the target}
    boolean isOfSource() {
        return switch (this) {
            case SENDS_AHEAD, SENT_AHEAD, LEAVES, HANDS_OVER, STANDS, HANDED_OVER, KILLS -> true;
            case PREPARES, PREPARED, RESTORES, RESTORED, COMMITS, THAWS, RESUMES -> false;
        };
    }
}
