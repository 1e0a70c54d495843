// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// What the cell for a restore has to know.
///
/// @param rootPid the pid of the program inside the cell
/// @param streams how much output the program had written
/// @param inputEnded whether its standard input had ended
/// @param fetchedBytes bytes that came from other nodes
public record Prepared(int rootPid, StreamSizes streams, boolean inputEnded, long fetchedBytes) {}
