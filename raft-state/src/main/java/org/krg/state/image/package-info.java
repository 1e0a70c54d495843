// SPDX-License-Identifier: Apache-2.0

/// The agreed state as one immutable value, and what changed between two of them.
@NullMarked
package org.krg.state.image;

import org.jspecify.annotations.NullMarked;
