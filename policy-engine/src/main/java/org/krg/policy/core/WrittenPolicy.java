// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.core;

import java.util.Optional;

/// A policy as a user wrote it.
///
/// @param name without a version
/// @param about what it is for, in the words of who wrote it; may be empty
/// @param rebalance when it moves what runs; empty: never
/// @param size how many filters, scores and examples it has, for people
public record WrittenPolicy(
        String name, String about, String size, Judge judge, Optional<Rebalance> rebalance) {}
