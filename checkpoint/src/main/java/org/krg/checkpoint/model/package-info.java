// SPDX-License-Identifier: Apache-2.0

/// Values of the checkpoint module: what a generation holds, what stands in the way of one, what
/// went wrong.
@NullMarked
package org.krg.checkpoint.model;

import org.jspecify.annotations.NullMarked;
