// SPDX-License-Identifier: Apache-2.0

/// `krg-admin bench programs`: parallel programs on the memory of several nodes, beside threads of
/// one process.
@NullMarked
package org.krg.jepsen.bench.programs;

import org.jspecify.annotations.NullMarked;
