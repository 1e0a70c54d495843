// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

/// A thread has failed that its process cannot go on without. It reaches whoever is told of what no
/// thread catches ([Thread#setDefaultUncaughtExceptionHandler]), and has what failed as its cause.
public final class ThreadLost extends Error {
    private static final long serialVersionUID = 1;

    private ThreadLost(String thread, Throwable cause) {
        super("the thread " + thread + " has failed: " + cause, cause);
    }

    /// {@return what does `body` on a thread that lasts, or once a period on one that is shared} It
    /// throws nothing: an executor would keep that to itself.
    public static Runnable told(Runnable body) {
        return () -> {
            try {
                body.run();
            } catch (Throwable failure) {
                var thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler()
                        .uncaughtException(thread, new ThreadLost(thread.getName(), failure));
            }
        };
    }
}
