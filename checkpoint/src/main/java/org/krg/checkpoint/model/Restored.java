// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A program that runs again.
///
/// @param streams where its output goes on
/// @param filesPutBack files that were not what they were, and are again
/// @param fetchedBytes bytes that came from other nodes
public record Restored(StreamSizes streams, int filesPutBack, long fetchedBytes) {}
