// SPDX-License-Identifier: Apache-2.0
package org.krg.host.core;

import org.krg.state.model.MigrationId;

/// The memory of a program that is about to move is at its target already, and what changes
/// meanwhile is sent when the program stands still; or, for its target, all memory that followed
/// has come.
///
/// @param bytes that were sent
public record SentAhead(MigrationId migration, long bytes) {}
