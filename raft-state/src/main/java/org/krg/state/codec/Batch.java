// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.time.Instant;
import java.util.List;
import org.krg.state.command.Operation;

/// One entry of the log.
///
/// @param proposed the proposer's clock in whole milliseconds; the only time apply knows
public record Batch(Instant proposed, List<Operation> operations) {
    public Batch {
        operations = List.copyOf(operations);
    }
}
