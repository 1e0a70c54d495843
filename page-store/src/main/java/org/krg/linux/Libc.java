// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;

/// How every binding of this package reaches a function of libc and reads its errno.
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final VarHandle ERRNO =
            Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

    private Libc() {}

    /// {@return a handle on `name` that takes a call state (see [#callState]) before its arguments}
    @SuppressWarnings("restricted") // this package is where the project calls native code
    static MethodHandle function(
            String name, FunctionDescriptor descriptor, Linker.Option... options) {
        var all = new ArrayList<>(List.of(options));
        all.add(Linker.Option.captureCallState("errno"));
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                descriptor,
                all.toArray(Linker.Option[]::new));
    }

    /// {@return the place a call leaves its errno in}
    static MemorySegment callState(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    /// {@return the errno of the call that was made with `state`}
    static Errno errno(MemorySegment state) {
        return new Errno((int) ERRNO.get(state, 0L));
    }

    /// {@return the error to throw when a handle and its descriptor do not fit}
    static AssertionError mismatch(String function, Throwable broken) {
        return new AssertionError(function + " does not match its descriptor", broken);
    }
}
