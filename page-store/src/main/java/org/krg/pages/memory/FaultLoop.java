// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.linux.Epoll;
import org.krg.pages.engine.FaultSink;
import org.krg.pages.engine.Threads;
import org.krg.state.ThreadLost;

/// The thread that hears of the page faults of all processes of a node and tells those who resolve
/// them, in the thread itself: handing them over would cost another wake-up. A process whose faults
/// make no sense is heard of no more.
final class FaultLoop implements AutoCloseable {
    private final Epoll epoll = Epoll.open();
    private final Map<Long, Source> sources = new ConcurrentHashMap<>();
    private final AtomicLong tags = new AtomicLong();
    private final Thread thread;
    private volatile boolean stopped;

    private record Source(AttachedProcess process, FaultSink sink) {}

    private FaultLoop() {
        // A blocking call to native code would hold the carrier of a virtual thread.
        thread =
                Thread.ofPlatform()
                        .name("page-faults")
                        .daemon()
                        .unstarted(ThreadLost.told(this::run));
    }

    static FaultLoop start() {
        var loop = new FaultLoop();
        loop.thread.start();
        return loop;
    }

    /// Tells `sink` of the faults of a process from now on.
    ///
    /// @return by what to remove it
    long add(AttachedProcess process, FaultSink sink) {
        var tag = tags.getAndIncrement();
        sources.put(tag, new Source(process, sink));
        epoll.add(process.descriptor(), tag);
        return tag;
    }

    /// Hears no more of a process. Comes before the process is closed; when it returns nobody else
    /// uses the descriptor for that either.
    synchronized void remove(long tag) {
        var source = sources.remove(tag);
        if (source != null) {
            epoll.remove(source.process.descriptor());
        }
    }

    /// Has every thread that stands still touch its page again.
    void wakeAll() {
        sources.values().forEach(source -> source.process.wakeAll());
    }

    private void run() {
        while (!stopped) {
            for (var tag : epoll.await()) {
                var source = sources.get(tag);
                if (source != null) {
                    tell(source);
                    if (source.process.isBroken()) {
                        remove(tag);
                    }
                }
            }
        }
    }

    private static void tell(Source source) {
        for (var fault : source.process.takeFaults()) {
            if (source.process.covers(fault.address())) {
                source.sink.fault(source.process.page(fault.address()), fault.isWrite());
            }
        }
    }

    /// Stops hearing. Whoever stands still goes on standing.
    @Override
    public void close() {
        stopped = true;
        epoll.wakeUp();
        Threads.join(thread);
        epoll.close();
    }
}
