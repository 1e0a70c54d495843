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

    /// What the process has opened and mapped is complete; by this connection it can be told to
    /// give it back.
    record Attend() implements OfHandle {}

    /// The threads of the process stand still, or they go on.
    ///
    /// @param error an errno: 0 if they stand still; EBUSY if one does not come back from a call of
    ///   the library; EAGAIN if one does not handle the signal; EHOSTDOWN if a mapping is lost;
    ///   ECANCELED if one is in a critical section; EPERM if a callback refuses
    /// @param number which thread, as the process counts them; of EPERM: what the callback
    ///   returned; of 0: how many callbacks of the program agreed
    record Paused(int error, long number) implements OfHandle {
        /// EAGAIN
        public static final int NO_SIGNAL = 11;

        /// EBUSY
        public static final int IN_CALL = 16;

        /// EPERM
        public static final int REFUSED = 1;

        /// ECANCELED
        public static final int CRITICAL = 125;

        /// EHOSTDOWN
        public static final int LOST = 112;
    }

    /// Write a part of a segment to its file, and answer when it is there.
    record Sync(Which which, long offset, long length) implements OfHandle {}

    /// Take a checkpoint of my process.
    record Checkpoint() implements OfHandle {}

    /// The process has nothing of its agent's any more.
    record Detached() implements OfHandle {}
}
