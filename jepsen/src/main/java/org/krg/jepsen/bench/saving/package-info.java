// SPDX-License-Identifier: Apache-2.0

/// What saving, bringing back and moving a program costs, under krg and under bare CRIU.
@NullMarked
package org.krg.jepsen.bench.saving;

import org.jspecify.annotations.NullMarked;
