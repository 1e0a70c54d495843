// SPDX-License-Identifier: Apache-2.0

/// Tests of what `/proc` is read for.
@NullMarked
package org.krg.checkpoint.linux;

import org.jspecify.annotations.NullMarked;
