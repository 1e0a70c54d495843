// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

/// Is told of the checkpoints and moves of its program, by a thread of its own, while all threads
/// of the program run. What [#beforeCheckpoint] locks the other two release.
public interface CheckpointListener {
    /// The program is about to be saved. An exception keeps it from being saved: it goes on, and
    /// who asked for the checkpoint is told so.
    default void beforeCheckpoint() {}

    /// The program goes on as another incarnation, moved or brought back from the checkpoint.
    default void afterRestart() {}

    /// The program goes on as the same incarnation, saved or not.
    default void onContinue() {}
}
