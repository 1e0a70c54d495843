// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// Shared memory of the cluster for this JVM, by the calls of `libkrg`. Its calls fail with
/// [CallFailed] as `libkrg.h` says. Safe for use by several threads.
///
/// The JVM needs `--enable-native-access=ALL-UNNAMED`. A thread that waits for a page does so in
/// the middle of Java code: the garbage collector waits for it, too.
public final class Segments {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final SegmentCalls calls;

    // int krg_segment_create(const char *, size_t, mode_t, struct krg_segment_info *);
    private final MethodHandle create;
    // int krg_segment_destroy(uint64_t);
    private final MethodHandle destroy;
    // struct krg_segment *krg_segment_open(const char *);
    private final MethodHandle open;

    private Segments(LibKrg library) {
        var place = ValueLayout.ADDRESS;
        this.calls = new SegmentCalls(library);
        this.create =
                library.function(
                        "krg_segment_create", FunctionDescriptor.of(INT, place, LONG, INT, place));
        this.destroy = library.function("krg_segment_destroy", FunctionDescriptor.of(INT, LONG));
        this.open = library.function("krg_segment_open", FunctionDescriptor.of(place, place));
    }

    /// Loads the library: the file that the environment variable `KRG_LIBRARY` names, or else
    /// `libkrg.so` where the dynamic linker looks.
    ///
    /// @throws IllegalArgumentException if it is not there
    public static Segments open() {
        return new Segments(LibKrg.load());
    }

    /// Makes a segment of zeros, which belongs to the user of this JVM.
    ///
    /// @param sizeBytes is rounded up to whole pages of 4096
    /// @param mode the bits to read and to write, as of a file
    public void create(String name, long sizeBytes, int mode) {
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocateFrom(name);
            LibKrg.perform(
                    "krg_segment_create",
                    state ->
                            (int)
                                    create.invokeExact(
                                            state, text, sizeBytes, mode, MemorySegment.NULL));
        }
    }

    /// Destroys a segment at once, whoever uses it: their pages are gone.
    ///
    /// @param id [SharedSegment#id]
    public void destroy(long id) {
        LibKrg.perform("krg_segment_destroy", state -> (int) destroy.invokeExact(state, id));
    }

    /// Opens a segment that exists, by the agent of this node: at the socket that the environment
    /// variable `KRG_PAGES_SOCKET` names, or `/run/krg/pages.sock`.
    public SharedSegment open(String name) {
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocateFrom(name);
            var handle =
                    LibKrg.requirePointer(
                            "krg_segment_open",
                            state -> (MemorySegment) open.invokeExact(state, text));
            return new SharedSegment(handle, calls);
        }
    }
}
