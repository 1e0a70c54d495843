// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.krg.host.AgentSettings.LeaseSettings;

/// What the demo saw before the cluster was taken down.
///
/// @param generations how many were committed
/// @param catchUp from the start of the dead node until it had applied what was committed
record Measurements(
        long generations, Recovery recovery, Duration catchUp, Succession succession, Ending end) {

    /// How the program came back when its node died.
    ///
    /// @param after from the kill of the node until the program ran again
    /// @param origin from which checkpoint, as the API calls it, or `start`
    /// @param rolledBack steps that had been printed and were computed again
    record Recovery(Duration after, String origin, long rolledBack) {}

    /// How another leader took over.
    ///
    /// @param after from the kill of the leader's agent until another led
    /// @param leaderChanges in the whole demo
    /// @param program what became of the program meanwhile
    record Succession(Duration after, int leaderChanges, Meanwhile program) {}

    /// What became of the program while the leader's agent was away.
    ///
    /// @param hostedThere whether it ran on the leader's node
    /// @param away from the kill of the agent until it served again
    /// @param incarnationKept whether the program was not brought back in that time
    record Meanwhile(boolean hostedThere, Duration away, boolean incarnationKept) {
        /// {@return whether its node was away for so long that its lease was over, and the program
        /// was rightly started elsewhere}
        boolean isMovedRightly() {
            return !incarnationKept
                    && hostedThere
                    && away.compareTo(LeaseSettings.DEFAULT.ttl()) > 0;
        }
    }

    /// How the program ended.
    ///
    /// @param comebacks how often its output says that it was brought back
    /// @param output what it printed in the cluster
    /// @param undisturbed what it printed outside
    record Ending(OptionalInt exitCode, int comebacks, String output, String undisturbed) {
        Optional<String> checksum() {
            return checksum(output);
        }

        Optional<String> checksumUndisturbed() {
            return checksum(undisturbed);
        }

        private static Optional<String> checksum(String text) {
            var output = new HeatOutput();
            output.append(0, text);
            return output.findChecksum();
        }
    }
}
