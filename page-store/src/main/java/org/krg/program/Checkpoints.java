// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// A say in the checkpoints of this JVM, by the calls of `libkrg`. A JVM has one of these. Its
/// calls fail with [CallFailed] as `libkrg.h` says. Safe for use by several threads.
///
/// The JVM needs `--enable-native-access=ALL-UNNAMED`, and `-XX:-UsePerfData` to be brought back on
/// another machine.
public final class Checkpoints {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

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

    private Checkpoints(LibKrg library) {
        var place = ValueLayout.ADDRESS;
        this.on =
                library.function(
                        "krg_checkpoint_on",
                        FunctionDescriptor.of(INT, place, place, place, place));
        this.disable = library.function("krg_checkpoint_disable", FunctionDescriptor.of(INT));
        this.enable = library.function("krg_checkpoint_enable", FunctionDescriptor.of(INT));
        this.exclude =
                library.function("krg_checkpoint_exclude", FunctionDescriptor.of(INT, place, LONG));
        this.include =
                library.function("krg_checkpoint_include", FunctionDescriptor.of(INT, place, LONG));
        this.now = library.function("krg_checkpoint_now", FunctionDescriptor.of(INT));
        this.epoch = library.function("krg_epoch", FunctionDescriptor.of(LONG));
    }

    /// Loads the library: the file that the environment variable `KRG_LIBRARY` names, or else
    /// `libkrg.so` where the dynamic linker looks.
    ///
    /// @throws IllegalArgumentException if it is not there
    public static Checkpoints open() {
        return new Checkpoints(LibKrg.load());
    }

    /// Has a listener told of every checkpoint and move from now on, for as long as the JVM runs.
    public void on(CheckpointListener listener) {
        var callbacks = new Callbacks(listener);
        var before = callbacks.pointer("before", int.class);
        var restarted = callbacks.pointer("afterRestart", void.class);
        var continued = callbacks.pointer("onContinue", void.class);
        LibKrg.perform(
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
        LibKrg.perform("krg_checkpoint_disable", state -> (int) disable.invokeExact(state));
        return () -> {
            LibKrg.perform("krg_checkpoint_enable", state -> (int) enable.invokeExact(state));
        };
    }

    /// Leaves native memory out of what is saved: it is zeros whenever the program goes on. The
    /// heap cannot be left out.
    public void exclude(MemorySegment memory) {
        LibKrg.perform(
                "krg_checkpoint_exclude",
                state -> (int) exclude.invokeExact(state, memory, memory.byteSize()));
    }

    /// Takes [#exclude] back; to be called before the memory is freed.
    public void include(MemorySegment memory) {
        LibKrg.perform(
                "krg_checkpoint_include",
                state -> (int) include.invokeExact(state, memory, memory.byteSize()));
    }

    /// Takes a checkpoint now and waits for its end.
    ///
    /// @return whether this is another incarnation: brought back from the checkpoint, or moved
    public boolean now() {
        return LibKrg.require("krg_checkpoint_now", state -> (long) (int) now.invokeExact(state))
                == 1;
    }

    /// {@return the number of this incarnation, from 1 up}
    public long epoch() {
        return LibKrg.require("krg_epoch", state -> (long) epoch.invokeExact(state));
    }
}
