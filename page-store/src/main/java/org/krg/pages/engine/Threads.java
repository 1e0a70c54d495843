// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

/// How threads of page-store end.
public final class Threads {
    private Threads() {}

    /// Waits for the end of a thread that was told to stop; an interrupt is kept for later.
    public static void join(Thread thread) {
        var interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
