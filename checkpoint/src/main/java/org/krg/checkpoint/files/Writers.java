// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.NavigableSet;
import java.util.TreeSet;

/// Who writes at the moment: each has a number, and later ones have greater ones. Safe for use by
/// several threads.
final class Writers {
    private final NavigableSet<Long> writing = new TreeSet<>();
    private long next;

    /// {@return the number of one who begins}
    synchronized long begin() {
        writing.add(next);
        return next++;
    }

    synchronized void end(long writer) {
        writing.remove(writer);
        notifyAll();
    }

    /// {@return the number of whoever begins next}
    synchronized long next() {
        return next;
    }

    /// {@return whether all have ended who began before `writer`}
    synchronized boolean haveEnded(long writer) {
        return writing.isEmpty() || writing.first() >= writer;
    }

    /// Waits until they have.
    synchronized void await(long writer) throws IOException {
        try {
            while (!haveEnded(writer)) {
                wait();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while others write to the store");
        }
    }
}
