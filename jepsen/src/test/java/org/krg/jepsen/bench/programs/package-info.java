// SPDX-License-Identifier: Apache-2.0

/// Tests of `bench programs`.
@NullMarked
package org.krg.jepsen.bench.programs;

import org.jspecify.annotations.NullMarked;
