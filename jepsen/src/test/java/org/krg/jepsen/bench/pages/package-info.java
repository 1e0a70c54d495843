// SPDX-License-Identifier: Apache-2.0

/// Tests of the bench of pages.
@NullMarked
package org.krg.jepsen.bench.pages;

import org.jspecify.annotations.NullMarked;
