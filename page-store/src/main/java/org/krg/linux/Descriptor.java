// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import java.nio.file.Path;
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

    /// {@return a path that leads to its file for as long as it is open, whatever name that has}
    public Path link() {
        return Path.of("/proc/self/fd/" + number);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Descriptors.close(number);
        }
    }
}
