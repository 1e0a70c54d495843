// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/// A say in the checkpoints of this JVM, by the calls of `libkrg`. A JVM has one of these. Its
/// calls fail with [CallFailed] as `libkrg.h` says. Safe for use by several threads.
///
/// The JVM needs `--enable-native-access=ALL-UNNAMED`, and `-XX:-UsePerfData` to be brought back on
/// another machine.
public final class Checkpoints {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();

    private final SymbolLookup library;

    // int krg_checkpoint_on(int (*)(void *), void (*)(void *), void (*)(void *), void *);
    private final MethodHandle on;
    // int krg_checkpoint_disable(void);
    private final MethodHandle disable;
    // int krg_checkpoint_enable(void);
    private final MethodHandle enable;
    // int krg_checkpoint_exclude(void *, size_t);
    private final MethodHandle exclude;
    // int krg_checkpoint_include(void *, size_t);
    private final MethodHandle include;
    // int krg_checkpoint_now(void);
    private final MethodHandle now;
    // int64_t krg_epoch(void);
    private final MethodHandle epoch;

    private Checkpoints(SymbolLookup library) {
        this.library = library;
        var place = ValueLayout.ADDRESS;
        this.on = find("krg_checkpoint_on", FunctionDescriptor.of(INT, place, place, place, place));
        this.disable = find("krg_checkpoint_disable", FunctionDescriptor.of(INT));
        this.enable = find("krg_checkpoint_enable", FunctionDescriptor.of(INT));
        this.exclude = find("krg_checkpoint_exclude", FunctionDescriptor.of(INT, place, LONG));
        this.include = find("krg_checkpoint_include", FunctionDescriptor.of(INT, place, LONG));
        this.now = find("krg_checkpoint_now", FunctionDescriptor.of(INT));
        this.epoch = find("krg_epoch", FunctionDescriptor.of(LONG));
    }

    /// Loads the library: the file that the environment variable `KRG_LIBRARY` names, or else
    /// `libkrg.so` where the dynamic linker looks.
    ///
    /// @throws IllegalArgumentException if it is not there
    @SuppressWarnings("restricted") // native access is what this is for
    public static Checkpoints open() {
        var file = Optional.ofNullable(System.getenv("KRG_LIBRARY")).orElse("libkrg.so");
        return new Checkpoints(SymbolLookup.libraryLookup(file, Arena.global()));
    }

    @SuppressWarnings("restricted") // as above
    private MethodHandle find(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(library.findOrThrow(name), type, ERRNO);
    }

    /// Has a listener told of every checkpoint and move from now on, for as long as the JVM runs.
    public void on(CheckpointListener listener) {
        var callbacks = new Callbacks(listener);
        var before = callbacks.pointer("before", int.class);
        var restarted = callbacks.pointer("afterRestart", void.class);
        var continued = callbacks.pointer("onContinue", void.class);
        require(
                "krg_checkpoint_on",
                state ->
                        (int)
                                on.invokeExact(
                                        state, before, restarted, continued, MemorySegment.NULL));
    }

    /// A critical section of one thread.
    public interface Section extends AutoCloseable {
        /// Leaves it, in the thread that entered it.
        @Override
        void close();
    }

    /// Enters a critical section: until it is closed the program is not saved. Sections nest.
    ///
    /// @throws IllegalStateException in a virtual thread: it has no thread of the system for itself
    public Section disable() {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException("critical sections are for platform threads");
        }
        require("krg_checkpoint_disable", state -> (int) disable.invokeExact(state));
        return () -> require("krg_checkpoint_enable", state -> (int) enable.invokeExact(state));
    }

    /// Leaves native memory out of what is saved: it is zeros whenever the program goes on. The
    /// heap cannot be left out.
    public void exclude(MemorySegment memory) {
        require(
                "krg_checkpoint_exclude",
                state -> (int) exclude.invokeExact(state, memory, memory.byteSize()));
    }

    /// Takes [#exclude] back; to be called before the memory is freed.
    public void include(MemorySegment memory) {
        require(
                "krg_checkpoint_include",
                state -> (int) include.invokeExact(state, memory, memory.byteSize()));
    }

    /// Takes a checkpoint now and waits for its end.
    ///
    /// @return whether this is another incarnation: brought back from the checkpoint, or moved
    public boolean now() {
        return require("krg_checkpoint_now", state -> (int) now.invokeExact(state)) == 1;
    }

    /// {@return the number of this incarnation, from 1 up}
    public long epoch() {
        return require("krg_epoch", state -> (long) epoch.invokeExact(state));
    }

    private interface Native {
        long call(MemorySegment state) throws Throwable;
    }

    private static long require(String name, Native call) {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            var result = call.call(state);
            if (result < 0) {
                throw new CallFailed(name, errno(state));
            }
            return result;
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static int errno(MemorySegment state) {
        return (int) STATE.varHandle(PathElement.groupElement("errno")).get(state, 0L);
    }
}
