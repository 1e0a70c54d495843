// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.util.Optional;

/// One process, whatever becomes of its number: a pid file descriptor, `pidfd_open(2)`.
///
/// Owned by whoever opened it. A number can be taken over by another process at any time; who must
/// know that it is still the right one opens the descriptor first and compares afterwards.
public final class PidFd implements AutoCloseable {
    /// `struct pollfd { int fd; short events; short revents; }`, `poll(2)`
    static final StructLayout POLLFD =
            MemoryLayout.structLayout(
                    JAVA_INT.withName("fd"),
                    JAVA_SHORT.withName("events"),
                    JAVA_SHORT.withName("revents"));

    private static final short POLLIN = 1;

    /// `int pidfd_open(pid_t pid, unsigned int flags)`
    private static final MethodHandle PIDFD_OPEN =
            Libc.function("pidfd_open", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    /// `int pidfd_send_signal(int pidfd, int sig, siginfo_t *info, unsigned int flags)`
    private static final MethodHandle PIDFD_SEND_SIGNAL =
            Libc.function(
                    "pidfd_send_signal",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    /// `int poll(struct pollfd *fds, nfds_t nfds, int timeout)`
    private static final MethodHandle POLL =
            Libc.function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    /// `int pidfd_getfd(int pidfd, int targetfd, unsigned int flags)`
    private static final MethodHandle PIDFD_GETFD =
            Libc.function(
                    "pidfd_getfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    private final Descriptor descriptor;

    PidFd(int fd) {
        this.descriptor = new Descriptor(fd);
    }

    /// {@return a descriptor of the process that has this number now; empty if there is none}
    ///
    /// @throws LinuxException if the call fails for another reason
    public static Optional<PidFd> open(long pid) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var fd = pidfdOpen(state, Math.toIntExact(pid));
            if (fd >= 0) {
                return Optional.of(new PidFd(fd));
            }
            var errno = Libc.errno(state);
            if (errno.equals(Errno.ESRCH)) {
                return Optional.empty();
            }
            throw new LinuxException("pidfd_open(" + pid + ")", errno);
        }
    }

    /// Sends a signal to the process.
    ///
    /// @return false if the process has ended
    public boolean send(int signal) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            if (pidfdSendSignal(state, descriptor.number(), signal) == 0) {
                return true;
            }
            var errno = Libc.errno(state);
            if (errno.equals(Errno.ESRCH)) {
                return false;
            }
            throw new LinuxException("pidfd_send_signal(" + signal + ")", errno);
        }
    }

    /// {@return a descriptor of our own for what the process has as `fd`; empty if it has ended, or
    /// has none of that number} The caller closes it: until then what is behind it stays open.
    Optional<Descriptor> duplicate(int fd) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var ours = pidfdGetfd(state, descriptor.number(), fd);
            if (ours >= 0) {
                return Optional.of(new Descriptor(ours));
            }
            var errno = Libc.errno(state);
            if (errno.equals(Errno.ESRCH) || errno.equals(Errno.EBADF)) {
                return Optional.empty();
            }
            throw new LinuxException("pidfd_getfd(" + fd + ")", errno);
        }
    }

    /// {@return what to await its end with, among others: it can be read then; still owned by this}
    public Descriptor descriptor() {
        return descriptor;
    }

    /// Blocks the carrier thread until the process has ended or the time is over; use it for short
    /// waits or from a platform thread.
    ///
    /// @return whether the process has ended
    public boolean awaitEnd(Duration limit) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var entry = arena.allocate(POLLFD);
            entry.set(JAVA_INT, 0, descriptor.number());
            entry.set(JAVA_SHORT, 4, POLLIN);
            var ready = poll(state, entry, Math.toIntExact(limit.toMillis()));
            if (ready < 0 && !Libc.errno(state).equals(Errno.EINTR)) {
                throw new LinuxException("poll(pidfd)", Libc.errno(state));
            }
            return ready > 0;
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static int pidfdOpen(MemorySegment state, int pid) {
        try {
            return (int) PIDFD_OPEN.invokeExact(state, pid, 0);
        } catch (Throwable broken) {
            throw Libc.mismatch("pidfd_open(2)", broken);
        }
    }

    private static int pidfdGetfd(MemorySegment state, int pidFd, int fd) {
        try {
            return (int) PIDFD_GETFD.invokeExact(state, pidFd, fd, 0);
        } catch (Throwable broken) {
            throw Libc.mismatch("pidfd_getfd(2)", broken);
        }
    }

    private static int pidfdSendSignal(MemorySegment state, int fd, int signal) {
        try {
            return (int) PIDFD_SEND_SIGNAL.invokeExact(state, fd, signal, MemorySegment.NULL, 0);
        } catch (Throwable broken) {
            throw Libc.mismatch("pidfd_send_signal(2)", broken);
        }
    }

    private static int poll(MemorySegment state, MemorySegment entry, int timeoutMillis) {
        try {
            return (int) POLL.invokeExact(state, entry, 1L, timeoutMillis);
        } catch (Throwable broken) {
            throw Libc.mismatch("poll(2)", broken);
        }
    }
}
