// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.krg.host.HostFailure;
import org.krg.state.ClusterStore;
import org.krg.state.model.ProcessId;

/// Keeps what reaches a program from outside, input and signals, away from one that is about to be
/// saved for its move: what came in after that would be lost with the source. Safe for use from any
/// thread.
final class InputGate {
    /// A program that does not read what somebody writes to it keeps its move waiting so long.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ClusterStore store;
    private final Map<ProcessId, ReentrantReadWriteLock> locks = new ConcurrentHashMap<>();

    InputGate(ClusterStore store) {
        this.store = store;
    }

    /// Does something to a program, unless it is being moved.
    ///
    /// @throws HostFailure if it is; nothing was done then
    void enter(ProcessId process, Runnable work) {
        var lock = lock(process).readLock();
        lock.lock();
        try {
            if (isHeld(process)) {
                throw moving(process);
            }
            work.run();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until nobody is inside. Whoever comes later sees in the log that the program is being
    /// moved.
    ///
    /// @throws HostFailure if somebody does not leave in time
    void awaitEmpty(ProcessId process) {
        var lock = lock(process).writeLock();
        try {
            if (!lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new HostFailure(
                        HostFailure.Code.CONFLICT,
                        "process %s does not read what is written to its standard input"
                                .formatted(process),
                        "move it when it does");
            }
            lock.unlock();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw moving(process);
        }
    }

    private ReentrantReadWriteLock lock(ProcessId process) {
        return locks.computeIfAbsent(process, _ -> new ReentrantReadWriteLock());
    }

    private boolean isHeld(ProcessId process) {
        return store.image()
                .activeMigration(process)
                .filter(migration -> migration.holdsSource())
                .isPresent();
    }

    private static HostFailure moving(ProcessId process) {
        return new HostFailure(
                HostFailure.Code.CONFLICT,
                "process " + process + " is being moved to another node",
                "try again in a moment");
    }
}
