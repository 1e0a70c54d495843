// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.state.model.Caller;
import org.krg.state.model.Member;

/// The processes of this node that synchronise, and which of their threads wait. Safe for use from
/// any thread.
public final class SyncEngine implements AutoCloseable {
    private final Member self;
    private final SyncLog log;
    private final AtomicLong numbers = new AtomicLong();
    private final Set<SyncThread> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean isToLook = new AtomicBoolean();
    private final ExecutorService looking =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name("page-sync").daemon().factory());

    public SyncEngine(Member self, SyncLog log) {
        this.self = self;
        this.log = log;
    }

    /// {@return a process that has not synchronised before}
    public SyncProcess process() {
        return new SyncProcess(this, new Caller(self, numbers.incrementAndGet(), 0));
    }

    long nextNumber() {
        return numbers.incrementAndGet();
    }

    SyncLog log() {
        return log;
    }

    void waits(SyncThread thread) {
        waiting.add(thread);
    }

    void goesOn(SyncThread thread) {
        waiting.remove(thread);
    }

    /// This node has learned of something that may end a wait. Does not block.
    public void look() {
        if (!waiting.isEmpty() && isToLook.compareAndSet(false, true)) {
            try {
                looking.execute(this::lookNow);
            } catch (RejectedExecutionException _) {
                // Closed: nobody is told anything any more.
            }
        }
    }

    private void lookNow() {
        isToLook.set(false);
        waiting.forEach(SyncThread::look);
    }

    /// Tells nobody anything any more.
    @Override
    public void close() {
        looking.shutdownNow();
    }
}
