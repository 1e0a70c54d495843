// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.util.HashMap;
import java.util.Map;

/// What waits for the listeners of all watches, and for those of one principal. Whose is full is
/// fed no more until some of it was taken, and reads what it missed from the rows then. What
/// several watches wait for together counts for each of them. Safe for threads.
final class WatchRoom {
    private final long most;
    private final Map<String, Long> byPrincipal = new HashMap<>();
    private long held;

    /// @param most bytes; the half of them leaves room for the others
    WatchRoom(long most) {
        this.most = most;
    }

    /// {@return an eighth of the heap}
    static WatchRoom ofHeap() {
        return new WatchRoom(Runtime.getRuntime().maxMemory() / 8);
    }

    synchronized boolean isFull(String principal) {
        return held >= most || byPrincipal.getOrDefault(principal, 0L) >= most / 2;
    }

    /// Counts bytes in.
    synchronized void add(String principal, long bytes) {
        held += bytes;
        byPrincipal.merge(principal, bytes, (all, more) -> all + more == 0 ? null : all + more);
    }

    /// Counts bytes out.
    void remove(String principal, long bytes) {
        add(principal, -bytes);
    }

    synchronized long held() {
        return held;
    }
}
