// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// Shared memory of the cluster for this JVM, by the calls of `libkrg`. Its calls fail with
/// [CallFailed] as `libkrg.h` says. Safe for use by several threads.
///
/// The JVM needs `--enable-native-access=ALL-UNNAMED`. A thread that waits for a page does so in
/// the middle of Java code: the garbage collector waits for it, too.
public final class Segments {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final int ENOENT = 2;

    private final SegmentCalls calls;
    private final ObjectCalls objects;

    // int krg_segment_create(const char *, size_t, mode_t, struct krg_segment_info *);
    private final MethodHandle create;
    // int krg_segment_find(const char *, struct krg_segment_info *);
    private final MethodHandle find;
    // int krg_segment_find_id(uint64_t, struct krg_segment_info *);
    private final MethodHandle findId;
    // int krg_segment_resize(uint64_t, size_t);
    private final MethodHandle resize;
    // int krg_segment_remove(uint64_t);
    private final MethodHandle remove;
    // int krg_segment_destroy(uint64_t);
    private final MethodHandle destroy;
    // struct krg_segment *krg_segment_open(const char *);
    private final MethodHandle open;
    // struct krg_segment *krg_segment_open_id(uint64_t);
    private final MethodHandle openId;

    private Segments(LibKrg library) {
        var place = ValueLayout.ADDRESS;
        this.calls = new SegmentCalls(library);
        this.objects = new ObjectCalls(library);
        this.create =
                library.function(
                        "krg_segment_create", FunctionDescriptor.of(INT, place, LONG, INT, place));
        this.find = library.function("krg_segment_find", FunctionDescriptor.of(INT, place, place));
        this.findId =
                library.function("krg_segment_find_id", FunctionDescriptor.of(INT, LONG, place));
        this.resize =
                library.function("krg_segment_resize", FunctionDescriptor.of(INT, LONG, LONG));
        this.remove = library.function("krg_segment_remove", FunctionDescriptor.of(INT, LONG));
        this.destroy = library.function("krg_segment_destroy", FunctionDescriptor.of(INT, LONG));
        this.open = library.function("krg_segment_open", FunctionDescriptor.of(place, place));
        this.openId = library.function("krg_segment_open_id", FunctionDescriptor.of(place, LONG));
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
    /// @return what it is
    public KnownSegment create(String name, long sizeBytes, int mode) {
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocateFrom(name);
            var info = arena.allocate(KnownSegment.LAYOUT);
            LibKrg.perform(
                    "krg_segment_create",
                    state -> (int) create.invokeExact(state, text, sizeBytes, mode, info));
            return KnownSegment.of(info);
        }
    }

    /// {@return what the cluster knows of a segment; empty if there is none of that name}
    public Optional<KnownSegment> find(String name) {
        try (var arena = Arena.ofConfined()) {
            var text = arena.allocateFrom(name);
            return found(
                    arena,
                    "krg_segment_find",
                    (state, info) -> (int) find.invokeExact(state, text, info));
        }
    }

    /// {@return what the cluster knows of a segment; empty if it was destroyed}
    public Optional<KnownSegment> find(long id) {
        try (var arena = Arena.ofConfined()) {
            return found(
                    arena,
                    "krg_segment_find_id",
                    (state, info) -> (int) findId.invokeExact(state, id, info));
        }
    }

    private interface Find {
        int make(MemorySegment state, MemorySegment info) throws Throwable;
    }

    private static Optional<KnownSegment> found(Arena arena, String name, Find find) {
        var info = arena.allocate(KnownSegment.LAYOUT);
        try {
            LibKrg.perform(name, state -> find.make(state, info));
            return Optional.of(KnownSegment.of(info));
        } catch (CallFailed failed) {
            if (failed.errno() == ENOENT) {
                return Optional.empty();
            }
            throw failed;
        }
    }

    /// Makes a segment larger, by zeros; who has mapped it goes on with what is mapped.
    ///
    /// @param sizeBytes is rounded up to whole pages of 4096
    public void resize(long id, long sizeBytes) {
        LibKrg.perform(
                "krg_segment_resize", state -> (int) resize.invokeExact(state, id, sizeBytes));
    }

    /// Takes a segment's name away: who holds it goes on, and when nobody does it is destroyed.
    public void remove(long id) {
        LibKrg.perform("krg_segment_remove", state -> (int) remove.invokeExact(state, id));
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
            return opened(
                    "krg_segment_open", state -> (MemorySegment) open.invokeExact(state, text));
        }
    }

    /// As [#open(String)], by its number, also one without a name.
    public SharedSegment open(long id) {
        return opened(
                "krg_segment_open_id", state -> (MemorySegment) openId.invokeExact(state, id));
    }

    private SharedSegment opened(String name, LibKrg.Call<MemorySegment> call) {
        return new SharedSegment(LibKrg.requirePointer(name, call), calls, objects);
    }
}
