// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.nio.file.Path;

/// A [RowStore#checkpoint] and the log position it is of.
public record Snapshot(LogPosition position, Path directory) {}
