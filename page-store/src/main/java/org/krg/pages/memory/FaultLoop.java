// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.krg.linux.Epoll;
import org.krg.linux.PageFault;
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

    /// A process whose faults somebody is told of, until it is removed.
    private static final class Source {
        private final AttachedProcess process;
        private final FaultSink sink;
        private boolean isRemoved;

        Source(AttachedProcess process, FaultSink sink) {
            this.process = process;
            this.sink = sink;
        }

        void tell() {
            process.takeFaults().forEach(this::tell);
        }

        /// Whoever removes it waits for no more than one fault.
        private synchronized void tell(PageFault fault) {
            if (!isRemoved && process.covers(fault.address())) {
                sink.fault(process.page(fault.address()), fault.isWrite());
            }
        }

        synchronized void remove() {
            isRemoved = true;
        }
    }

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
    /// uses the descriptor for that either, and the sink is told of no fault that was taken before.
    synchronized void remove(long tag) {
        var source = sources.remove(tag);
        if (source != null) {
            epoll.remove(source.process.descriptor());
            source.remove();
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
                    source.tell();
                    if (source.process.isBroken()) {
                        remove(tag);
                    }
                }
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
