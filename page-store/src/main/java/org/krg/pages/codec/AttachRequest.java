// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.codec;

/// What a process asks the agent of its node for. Addresses and lengths are of its address space.
public sealed interface AttachRequest permits AttachRequest.OfHandle, ManageRequest {
    /// About the handle that the connection is.
    sealed interface OfHandle extends AttachRequest {}

    /// Give me the memory of a segment.
    record Open(Which which) implements OfHandle {}

    /// Resolve the faults of my mapping; the userfaultfd comes along.
    ///
    /// @param offset where it begins in the segment
    record Map(long address, long length, long offset) implements OfHandle {}

    /// The mapping at that address is gone.
    record Unmap(long address) implements OfHandle {}
}
