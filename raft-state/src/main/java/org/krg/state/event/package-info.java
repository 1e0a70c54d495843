// SPDX-License-Identifier: Apache-2.0

/// Facts: what an accepted command changed. An event carries the result, so folding it cannot fail.
@NullMarked
package org.krg.state.event;

import org.jspecify.annotations.NullMarked;
