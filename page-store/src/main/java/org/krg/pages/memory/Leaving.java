// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes the shared memory away from all processes of a node whose agent is about to end, in a
/// moment in which none of them holds anything. They stand still until the next agent lets them in.
/// Used once, by one thread.
///
/// Who cannot be detached within the time is left to what happens when an agent is killed.
final class Leaving implements Detaching.Gate {
    private static final Logger log = LoggerFactory.getLogger(Leaving.class);

    /// libkrg itself gives up after 5 s; who does not answer at all may be frozen.
    private static final Duration PAUSE_LIMIT = Duration.ofSeconds(6);

    private static final Duration LOG_LIMIT = Duration.ofSeconds(3);

    private final AttachPort port;
    private final Set<Integer> refusing = new TreeSet<>();

    Leaving(AttachPort port) {
        this.port = port;
    }

    /// @param limit how long it is tried again while processes hold something
    void run(Duration limit) {
        var until = System.nanoTime() + limit.toNanos();
        while (!isDone(Duration.ofNanos(Math.max(0, until - System.nanoTime())))) {
            if (System.nanoTime() > until + PAUSE_LIMIT.toNanos()) {
                log.warn("programs are let go of as they are");
                return;
            }
        }
    }

    private boolean isDone(Duration left) {
        try {
            new Detaching(port, this::pids, this, PAUSE_LIMIT, LOG_LIMIT).run(left);
            return true;
        } catch (DetachRefused refused) {
            log.warn(
                    "program is let go of as it is pid={} reason={}",
                    refused.pid(),
                    refused.getMessage());
            return refused.pid() == 0 || !refusing.add(refused.pid());
        }
    }

    private Set<Integer> pids() {
        var all = port.connected();
        all.removeAll(refusing);
        return all;
    }

    @Override
    public void shut() {
        port.dismiss(pids());
    }

    @Override
    public void open() {
        port.dismiss(Set.of());
    }
}
