// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;

/// Waits until one of many descriptors can be read, `epoll(7)`.
///
/// One thread waits; descriptors are added and removed from any thread. Each has a tag by which it
/// is told of.
public final class Epoll implements AutoCloseable {
    /// `struct epoll_event { uint32_t events; epoll_data_t data; }`, packed on x86-64
    static final int EVENT_BYTES = 12;

    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EFD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLL_CTL_DEL = 2;
    private static final int EPOLLIN = 1;
    private static final long WAKE_UP = Long.MIN_VALUE;

    /// What is ready beyond that is told of by the next call.
    private static final int EVENTS_AT_ONCE = 64;

    /// `int epoll_create1(int flags)`
    private static final MethodHandle EPOLL_CREATE1 =
            Libc.function("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /// `int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)`
    private static final MethodHandle EPOLL_CTL =
            Libc.function(
                    "epoll_ctl",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

    /// `int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)`
    private static final MethodHandle EPOLL_WAIT =
            Libc.function(
                    "epoll_wait",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));

    /// `int eventfd(unsigned int initval, int flags)`
    private static final MethodHandle EVENTFD =
            Libc.function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    /// `int eventfd_write(int fd, eventfd_t value)`
    private static final MethodHandle EVENTFD_WRITE =
            Libc.function("eventfd_write", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));

    /// `int eventfd_read(int fd, eventfd_t *value)`
    private static final MethodHandle EVENTFD_READ =
            Libc.function("eventfd_read", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    private final Descriptor epoll;
    private final Descriptor wakeUp;

    private Epoll(Descriptor epoll, Descriptor wakeUp) {
        this.epoll = epoll;
        this.wakeUp = wakeUp;
    }

    public static Epoll open() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var epoll = epollCreate1(state);
            require(state, "epoll_create1", epoll);
            var wakeUp = eventfd(state);
            require(state, "eventfd", wakeUp);
            var opened = new Epoll(new Descriptor(epoll), new Descriptor(wakeUp));
            opened.add(opened.wakeUp, WAKE_UP);
            return opened;
        }
    }

    /// Tells of the descriptor from now on.
    ///
    /// @param tag not negative
    public void add(Descriptor descriptor, long tag) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var event = arena.allocate(EVENT_BYTES);
            event.set(JAVA_INT, 0, EPOLLIN);
            event.set(JAVA_LONG_UNALIGNED, 4, tag);
            var fd = descriptor.number();
            require(state, "epoll_ctl(ADD)", control(state, EPOLL_CTL_ADD, fd, event));
        }
    }

    /// Tells of the descriptor no more, apart from what another thread is just being told. Comes
    /// before the descriptor is closed.
    public void remove(Descriptor descriptor) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var event = arena.allocate(EVENT_BYTES);
            var fd = descriptor.number();
            require(state, "epoll_ctl(DEL)", control(state, EPOLL_CTL_DEL, fd, event));
        }
    }

    /// Blocks the thread, a platform thread, until a descriptor can be read or [#wakeUp] was
    /// called.
    ///
    /// @return the tags of what can be read; none after a wake-up
    public long[] await() {
        var state = CallRoom.ofThread().state();
        var events = CallRoom.ofThread().arguments();
        var count = epollWait(state, events);
        if (count < 0 && Libc.errno(state).equals(Errno.EINTR)) {
            return new long[0];
        }
        require(state, "epoll_wait", count);
        return tags(events, count);
    }

    /// Lets the waiting thread return, now or when it next waits.
    public void wakeUp() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            require(state, "eventfd_write", eventfdWrite(state));
        }
    }

    @Override
    public void close() {
        epoll.close();
        wakeUp.close();
    }

    private long[] tags(MemorySegment events, int count) {
        var tags = new long[count];
        var kept = 0;
        for (var i = 0; i < count; i++) {
            var tag = events.get(JAVA_LONG_UNALIGNED, (long) i * EVENT_BYTES + 4);
            if (tag == WAKE_UP) {
                drain();
            } else {
                tags[kept++] = tag;
            }
        }
        return kept == count ? tags : Arrays.copyOf(tags, kept);
    }

    private void drain() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            require(state, "eventfd_read", eventfdRead(state, arena.allocate(JAVA_LONG)));
        }
    }

    private static void require(MemorySegment state, String call, int result) {
        if (result < 0) {
            throw new LinuxException(call, Libc.errno(state));
        }
    }

    private static int epollCreate1(MemorySegment state) {
        try {
            return (int) EPOLL_CREATE1.invokeExact(state, EPOLL_CLOEXEC);
        } catch (Throwable broken) {
            throw Libc.mismatch("epoll_create1(2)", broken);
        }
    }

    private int control(MemorySegment state, int operation, int fd, MemorySegment event) {
        try {
            return (int) EPOLL_CTL.invokeExact(state, epoll.number(), operation, fd, event);
        } catch (Throwable broken) {
            throw Libc.mismatch("epoll_ctl(2)", broken);
        }
    }

    private int epollWait(MemorySegment state, MemorySegment events) {
        try {
            return (int) EPOLL_WAIT.invokeExact(state, epoll.number(), events, EVENTS_AT_ONCE, -1);
        } catch (Throwable broken) {
            throw Libc.mismatch("epoll_wait(2)", broken);
        }
    }

    private static int eventfd(MemorySegment state) {
        try {
            return (int) EVENTFD.invokeExact(state, 0, EFD_CLOEXEC_NONBLOCK);
        } catch (Throwable broken) {
            throw Libc.mismatch("eventfd(2)", broken);
        }
    }

    private int eventfdWrite(MemorySegment state) {
        try {
            return (int) EVENTFD_WRITE.invokeExact(state, wakeUp.number(), 1L);
        } catch (Throwable broken) {
            throw Libc.mismatch("eventfd_write(3)", broken);
        }
    }

    private int eventfdRead(MemorySegment state, MemorySegment value) {
        try {
            return (int) EVENTFD_READ.invokeExact(state, wakeUp.number(), value);
        } catch (Throwable broken) {
            throw Libc.mismatch("eventfd_read(3)", broken);
        }
    }
}
