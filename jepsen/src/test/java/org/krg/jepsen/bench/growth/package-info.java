// SPDX-License-Identifier: Apache-2.0

/// Tests of the bench of growth.
@NullMarked
package org.krg.jepsen.bench.growth;

import org.jspecify.annotations.NullMarked;
