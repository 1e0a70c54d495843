// SPDX-License-Identifier: Apache-2.0

/// Breaks the promises of `docs/guarantees.md` one after the other in a build of its own, and shows
/// that each test notices that is said to. Started by `tools/break-promises`.
@NullMarked
package org.krg.jepsen.mutation;

import org.jspecify.annotations.NullMarked;
