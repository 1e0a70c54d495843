// SPDX-License-Identifier: Apache-2.0

/// Blocks of chunks, compressed together: the form in which they lie on the disk and travel.
@NullMarked
package org.krg.checkpoint.zstd;

import org.jspecify.annotations.NullMarked;
