// SPDX-License-Identifier: Apache-2.0

/// Segments in the memory of this node: a memfd each, mapped by processes whose faults come by
/// userfaultfd.
///
/// The order on which all rests, `userfaultfd(2)` and the kernel's `mm/shmem.c`: a page leaves the
/// node by write-protecting it in every process, reading it from the memfd, punching it out (which
/// returns when no processor can reach it any more), and only then is it sent or its loss
/// confirmed. Nothing here maps a segment: reading a hole through a mapping would fill it with
/// zeros that every other process takes for data.
@NullMarked
package org.krg.pages.memory;

import org.jspecify.annotations.NullMarked;
