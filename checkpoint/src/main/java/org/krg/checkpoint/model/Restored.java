// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A program that runs again.
///
/// @param filesPutBack files that were not what they were, and are again
public record Restored(int filesPutBack) {}
