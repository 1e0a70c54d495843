// SPDX-License-Identifier: Apache-2.0

/// Policies as users write them: a TOML file with expressions in CEL, the Common Expression
/// Language ([its definition](https://github.com/google/cel-spec)). Expressions have no loops, call
/// nothing outside, and end.
@NullMarked
package org.krg.policy.bundle;

import org.jspecify.annotations.NullMarked;
