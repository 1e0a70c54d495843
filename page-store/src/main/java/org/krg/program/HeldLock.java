// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

/// A lock that the thread has which took it. Closing it lets it go, once.
public final class HeldLock implements AutoCloseable {
    static final int OWNER_DEAD = 130;

    private final boolean isAbandoned;
    private final Runnable consistent;
    private final Runnable unlock;
    private boolean isClosed;

    HeldLock(boolean isAbandoned, Runnable consistent, Runnable unlock) {
        this.isAbandoned = isAbandoned;
        this.consistent = consistent;
        this.unlock = unlock;
    }

    /// {@return whether who had it before ended with it: what it protects may be half done}
    public boolean isAbandoned() {
        return isAbandoned;
    }

    /// Says that what a mutex protects is in order again; otherwise letting an abandoned one go
    /// makes it useless for all.
    public void consistent() {
        consistent.run();
    }

    @Override
    public void close() {
        if (!isClosed) {
            isClosed = true;
            unlock.run();
        }
    }
}
