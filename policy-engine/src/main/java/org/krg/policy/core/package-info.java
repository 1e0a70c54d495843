// SPDX-License-Identifier: Apache-2.0

/// Policies as pure functions from a [org.krg.policy.model.Situation] to a decision.
///
/// Every policy is a pipeline: rules reject nodes, each with its reason; a score orders the rest;
/// the first wins, ties go to the smaller name.
@NullMarked
package org.krg.policy.core;

import org.jspecify.annotations.NullMarked;
