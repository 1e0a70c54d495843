// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Objects;
import java.util.Optional;

/// The functions of `libkrg`, loaded for as long as the JVM runs.
record LibKrg(SymbolLookup symbols) {
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final StructLayout STATE = Linker.Option.captureStateLayout();

    /// A call, given where errno is captured.
    interface Call<T> {
        T make(MemorySegment state) throws Throwable;
    }

    /// Loads the file that the environment variable `KRG_LIBRARY` names, or else `libkrg.so` where
    /// the dynamic linker looks.
    ///
    /// @throws IllegalArgumentException if it is not there
    @SuppressWarnings("restricted") // native access is what this is for
    static LibKrg load() {
        var file = Optional.ofNullable(System.getenv("KRG_LIBRARY")).orElse("libkrg.so");
        return new LibKrg(SymbolLookup.libraryLookup(file, Arena.global()));
    }

    /// {@return a function whose first argument is where errno is captured}
    @SuppressWarnings("restricted") // as above
    MethodHandle function(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type, ERRNO);
    }

    /// Makes a call that answers a negative number when it fails, and nothing of use otherwise.
    ///
    /// @throws CallFailed with errno
    static void perform(String name, Call<Integer> call) {
        Objects.requireNonNull(made(name, call, result -> result < 0));
    }

    /// Makes a call that answers a negative number when it fails.
    ///
    /// @throws CallFailed with errno
    static long require(String name, Call<Long> call) {
        return made(name, call, result -> result < 0);
    }

    /// Makes a call that answers NULL when it fails.
    ///
    /// @throws CallFailed with errno
    static MemorySegment requirePointer(String name, Call<MemorySegment> call) {
        return made(name, call, MemorySegment.NULL::equals);
    }

    /// {@return the error number that a call answers}
    static int call(Call<Integer> call) {
        return made("", call, _ -> false);
    }

    private interface Failure<T> {
        boolean is(T result);
    }

    private static <T> T made(String name, Call<T> call, Failure<T> failure) {
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(STATE);
            var result = call.make(state);
            if (failure.is(result)) {
                throw new CallFailed(name, errno(state));
            }
            return result;
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static int errno(MemorySegment state) {
        return (int) STATE.varHandle(PathElement.groupElement("errno")).get(state, 0L);
    }
}
