// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

/// How far the standard streams of a cell have come.
///
/// @param stdoutBytes size of the cell's `stdout` file
/// @param stderrBytes size of the cell's `stderr` file
/// @param stdinBytes bytes that this cell's FIFO has taken for the program
public record StreamOffsets(long stdoutBytes, long stderrBytes, long stdinBytes) {}
