// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// What a full reading of a generation found.
///
/// @param chunks that were read
/// @param repaired of them that were damaged or missing, and are good again
public record Verified(long chunks, long repaired) {}
