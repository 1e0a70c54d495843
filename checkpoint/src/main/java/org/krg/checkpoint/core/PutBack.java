// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

/// How a file on the node of a restore becomes what it was: with as little change as possible, so
/// that a file that is as it was is not touched.
public enum PutBack {
    /// It is as it was.
    NOTHING,
    /// It only grew since.
    CUT,
    /// It differs, or is not there.
    REWRITE;

    /// {@return what is to be done}
    ///
    /// @param recordedBytes its size in the generation
    /// @param presentBytes its size now; -1 if it is not there
    /// @param samePrefix whether it begins with what is recorded
    public static PutBack plan(long recordedBytes, long presentBytes, boolean samePrefix) {
        if (presentBytes < recordedBytes || !samePrefix) {
            return REWRITE;
        }
        return presentBytes == recordedBytes ? NOTHING : CUT;
    }
}
