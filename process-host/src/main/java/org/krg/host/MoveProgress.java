// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

/// How much of what a move has to send was sent, in its present part.
///
/// @param sentBytes so far
/// @param wholeBytes what the program consists of; what the target has already is never sent
public record MoveProgress(long sentBytes, long wholeBytes) {}
