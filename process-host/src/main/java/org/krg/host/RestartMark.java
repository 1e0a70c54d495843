// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// The place in an incarnation's output up to which it comes from a checkpoint.
///
/// @param generation the number of the checkpoint
/// @param stdoutBytes position in the standard output
/// @param stderrBytes position in the standard error
public record RestartMark(long generation, long stdoutBytes, long stderrBytes) {}
