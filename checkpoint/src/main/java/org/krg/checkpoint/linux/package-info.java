// SPDX-License-Identifier: Apache-2.0

/// What Linux says about a cell, in `/proc` and by `ss(8)`, and the files inside it.
///
/// Files are read as root and written by a helper process with the user and the groups of the
/// program, in the cell's mount namespace: a path that the program has replaced by a symbolic link
/// leads nowhere that the program could not have written itself.
@NullMarked
package org.krg.checkpoint.linux;

import org.jspecify.annotations.NullMarked;
