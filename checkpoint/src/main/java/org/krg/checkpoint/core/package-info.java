// SPDX-License-Identifier: Apache-2.0

/// What the checkpoint module decides: how content is cut into a tree of hashes, what stands in the
/// way of a dump, which files are part of a generation, how a file is put back, what an error of
/// CRIU means.
@NullMarked
package org.krg.checkpoint.core;

import org.jspecify.annotations.NullMarked;
