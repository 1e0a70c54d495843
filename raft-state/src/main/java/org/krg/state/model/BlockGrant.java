// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// Who orders the pages of a block.
///
/// @param epoch 1 for the first home of the block, one more for each that follows it
public record BlockGrant(Member home, Epoch epoch) {}
