// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory of each thread for calls that are made so often that an arena for each would cost more
/// than the call: where it leaves its errno, and its arguments. What is there is read before the
/// thread makes its next call.
final class CallRoom {
    /// Enough for whatever an array of events needs, and what says where it is.
    private static final int ARGUMENT_BYTES = 2_048 + 16;

    private static final ThreadLocal<CallRoom> ROOMS = ThreadLocal.withInitial(CallRoom::new);

    private final MemorySegment state;
    private final MemorySegment arguments;

    private CallRoom() {
        var arena = Arena.ofAuto();
        state = Libc.callState(arena);
        arguments = arena.allocate(ARGUMENT_BYTES, Long.BYTES);
    }

    static CallRoom ofThread() {
        return ROOMS.get();
    }

    /// {@return the place a call leaves its errno in}
    MemorySegment state() {
        return state;
    }

    /// {@return room for what a call is given, or gives}
    MemorySegment arguments() {
        return arguments;
    }
}
