// SPDX-License-Identifier: Apache-2.0

/// CRIU 4.2 or newer, by its command line, inside the namespaces of a cell.
///
/// CRIU is run in the cell's pid and mount namespaces, the cell's init stays outside the dump. The
/// cgroup is frozen by us before, and CRIU leaves it frozen, also when it fails or is killed:
/// whether the program goes on is never decided by a process that has died.
@NullMarked
package org.krg.checkpoint.criu;

import org.jspecify.annotations.NullMarked;
