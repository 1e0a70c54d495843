// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/// What is run once, in the two parts that `libkrg` has for that.
final class Once {
    private Once() {}

    static boolean run(SegmentObjects objects, long number, Runnable function) {
        SegmentObjects.requireThread();
        if (!begin(objects, number)) {
            return false;
        }
        try {
            function.run();
        } catch (Throwable failure) {
            // Other languages of the JVM throw checked exceptions undeclared.
            try {
                end(objects, number, false);
            } catch (CallFailed alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
        end(objects, number, true);
        return true;
    }

    /// {@return whether it is this thread that runs it}
    private static boolean begin(SegmentObjects objects, long number) {
        try (var arena = Arena.ofConfined()) {
            var chosen = arena.allocate(ValueLayout.JAVA_BOOLEAN);
            var call = objects.calls().beginOnce;
            CallFailed.check(
                    "krg_once_begin",
                    LibKrg.call(state ->
                            (int) call.invokeExact(state, objects.handle().get(), number, chosen)));
            return chosen.get(ValueLayout.JAVA_BOOLEAN, 0);
        }
    }

    private static void end(SegmentObjects objects, long number, boolean isDone) {
        var call = objects.calls().endOnce;
        CallFailed.check(
                "krg_once_end",
                LibKrg.call(state ->
                        (int) call.invokeExact(state, objects.handle().get(), number, isDone)));
    }
}
