// SPDX-License-Identifier: Apache-2.0

/// Bindings to the kernel and libc, one type per facility. Nothing here knows of the cluster.
///
/// A call that fails becomes a [LinuxException] with the call, its arguments and the errno, thrown
/// where the call is made; where failure is an ordinary outcome (a process that has ended) it is a
/// value. Every binding copies what it needs into an arena as short as the call.
@NullMarked
package org.krg.linux;

import org.jspecify.annotations.NullMarked;
