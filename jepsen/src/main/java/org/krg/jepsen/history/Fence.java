// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.history;

/// An acquisition of a lock, by the clock of the [Recorder].
///
/// @param token what its holder shows to whatever the lock protects
public record Fence(long token, long called, long returned) {}
