// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

/// A lock that the thread has which took it. Closing it lets it go, once.
public final class HeldLock implements AutoCloseable {
    private final long number;
    private boolean isAbandoned;
    private final Runnable consistent;
    private final Runnable unlock;
    private boolean isClosed;

    HeldLock(long number, boolean isAbandoned, Runnable consistent, Runnable unlock) {
        this.number = number;
        this.isAbandoned = isAbandoned;
        this.consistent = consistent;
        this.unlock = unlock;
    }

    long number() {
        return number;
    }

    /// It was away while its thread waited for a condition.
    void gotBack(boolean abandoned) {
        isAbandoned = abandoned;
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
