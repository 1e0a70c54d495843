// SPDX-License-Identifier: Apache-2.0

/// What a bench has measured, as data and as text.
@NullMarked
package org.krg.jepsen.bench.report;

import org.jspecify.annotations.NullMarked;
