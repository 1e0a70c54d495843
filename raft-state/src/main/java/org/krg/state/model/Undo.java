// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// What is added to a semaphore when a process ends.
///
/// @param process as a whole
/// @param amount not 0, may be negative
public record Undo(Caller process, int amount) {}
