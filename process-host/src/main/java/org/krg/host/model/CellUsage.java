// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import java.time.Duration;

/// What a cell uses.
///
/// @param cpu cpu time since the cell was made
/// @param memoryBytes memory held now; the most ever held by one process once the program has ended
/// @param tasks processes and threads now
public record CellUsage(Duration cpu, long memoryBytes, int tasks) {}
