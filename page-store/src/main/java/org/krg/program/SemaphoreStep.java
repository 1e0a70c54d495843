// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

/// A step on a semaphore, of several that are done at once.
///
/// @param semaphore its number
/// @param amount what is added; below 0 it waits until there is that much, 0 waits for zero
/// @param isUndone whether the end of the process takes it back
public record SemaphoreStep(long semaphore, int amount, boolean isUndone) {
    /// {@return taking so many, 1 or more}
    ///
    /// @throws IllegalArgumentException if that is less than 1
    public static SemaphoreStep take(long semaphore, int amount) {
        return new SemaphoreStep(semaphore, -some(amount), false);
    }

    /// {@return giving so many, 1 or more}
    ///
    /// @throws IllegalArgumentException if that is less than 1
    public static SemaphoreStep give(long semaphore, int amount) {
        return new SemaphoreStep(semaphore, some(amount), false);
    }

    /// None would wait for zero, and less would do the opposite.
    private static int some(int amount) {
        if (amount < 1) {
            throw new IllegalArgumentException(
                    "what is taken from a semaphore, or given, is 1 or more, not " + amount);
        }
        return amount;
    }

    /// {@return waiting until there is nothing}
    public static SemaphoreStep zero(long semaphore) {
        return new SemaphoreStep(semaphore, 0, false);
    }

    /// {@return the same, taken back when the process ends}
    public SemaphoreStep undone() {
        return new SemaphoreStep(semaphore, amount, true);
    }
}
