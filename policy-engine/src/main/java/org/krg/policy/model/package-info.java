// SPDX-License-Identifier: Apache-2.0

/// What a policy looks at: the situation, what nodes said of a program, and the ledger of what was
/// just placed.
@NullMarked
package org.krg.policy.model;

import org.jspecify.annotations.NullMarked;
