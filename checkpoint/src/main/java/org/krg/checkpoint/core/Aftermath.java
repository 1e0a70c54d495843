// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.core;

/// What became of a program of which no checkpoint could be taken, in one sentence for its user.
public final class Aftermath {
    private Aftermath() {}

    /// {@return the sentence}
    ///
    /// @param held whether it is kept still for a reason that has nothing to do with this
    /// @param stopped whether it stands still because it was about to go on elsewhere
    public static String of(boolean held, boolean stopped) {
        if (held) {
            return "The program stands still as before; older checkpoints are as they were";
        }
        return stopped
                ? "The program stands still until the move is given up, and goes on here then"
                : "The program goes on; older checkpoints are as they were";
    }
}
