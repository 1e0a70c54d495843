// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/// A listener as the functions that `libkrg` calls. An exception that left one of these would end
/// the JVM: none does, checked ones included, which other languages of the JVM throw undeclared.
record Callbacks(CheckpointListener listener) {
    private static final int REFUSED = 1;

    /// {@return a pointer to one of the functions below; it stays}
    @SuppressWarnings("restricted") // native access is what this is for
    MemorySegment pointer(String name, Class<?> result) {
        try {
            var method =
                    MethodHandles.lookup()
                            .bind(this, name, MethodType.methodType(result, MemorySegment.class));
            var function =
                    result == int.class
                            ? FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)
                            : FunctionDescriptor.ofVoid(ValueLayout.ADDRESS);
            return Linker.nativeLinker().upcallStub(method, function, Arena.global());
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(name, impossible);
        }
    }

    int before(MemorySegment unused) {
        try {
            listener.beforeCheckpoint();
            return 0;
        } catch (Throwable refusal) {
            report(refusal);
            return REFUSED;
        }
    }

    void afterRestart(MemorySegment unused) {
        try {
            listener.afterRestart();
        } catch (Throwable failure) {
            report(failure);
        }
    }

    void onContinue(MemorySegment unused) {
        try {
            listener.onContinue();
        } catch (Throwable failure) {
            report(failure);
        }
    }

    private static void report(Throwable failure) {
        var thread = Thread.currentThread();
        try {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, failure);
        } catch (Throwable ofTheHandler) {
            // The JVM ignores it too.
        }
    }
}
