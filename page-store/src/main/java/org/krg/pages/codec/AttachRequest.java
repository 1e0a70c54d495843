// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

/// What a process asks the agent of its node for. Addresses and lengths are of its address space.
public sealed interface AttachRequest {
    /// Give me the memory of a segment.
    record Open(String name) implements AttachRequest {}

    /// Resolve the faults of my mapping; the userfaultfd comes along.
    record Map(long address, long length) implements AttachRequest {}

    /// The mapping at that address is gone.
    record Unmap(long address) implements AttachRequest {}
}
