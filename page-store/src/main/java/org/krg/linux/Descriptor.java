// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import java.util.concurrent.atomic.AtomicBoolean;

/// A file descriptor of this process and the duty to close it. Closing it again does nothing.
public final class Descriptor implements AutoCloseable {
    private final int number;
    private final AtomicBoolean closed = new AtomicBoolean();

    Descriptor(int number) {
        this.number = number;
    }

    /// {@return its number, which is another file's once it is closed}
    int number() {
        return number;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Descriptors.close(number);
        }
    }
}
