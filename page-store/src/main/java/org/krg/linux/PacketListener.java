// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/// A unix socket that processes of this machine connect to and exchange packets over, `unix(7)`
/// with `SOCK_SEQPACKET`. It never blocks.
public final class PacketListener implements AutoCloseable {
    /// `struct sockaddr_un { sa_family_t sun_family; char sun_path[108]; }`
    static final int SOCKADDR_UN_BYTES = 110;

    private static final int PATH_OFFSET = 2;
    private static final int MOST_PATH_BYTES = 107;
    private static final short AF_UNIX = 1;
    private static final int SOCK_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
    private static final int SOCK_SEQPACKET = 5;
    private static final int BACKLOG = 64;

    /// `int socket(int domain, int type, int protocol)`
    private static final MethodHandle SOCKET =
            Libc.function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    /// `int bind(int sockfd, const struct sockaddr *addr, socklen_t addrlen)`
    private static final MethodHandle BIND =
            Libc.function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

    /// `int listen(int sockfd, int backlog)`
    private static final MethodHandle LISTEN =
            Libc.function("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

    /// `int accept4(int sockfd, struct sockaddr *addr, socklen_t *addrlen, int flags)`
    private static final MethodHandle ACCEPT4 =
            Libc.function(
                    "accept4",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));

    private final Descriptor descriptor;

    private PacketListener(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /// Listens at a path that nothing has yet.
    ///
    /// @throws LinuxException `EADDRINUSE` if it is taken, `ENAMETOOLONG` beyond 107 bytes
    public static PacketListener listen(Path path) {
        var name = path.toString().getBytes(StandardCharsets.UTF_8);
        if (name.length > MOST_PATH_BYTES) {
            throw new LinuxException("bind(" + path + ")", Errno.ENAMETOOLONG);
        }
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var fd = socket(state);
            if (fd < 0) {
                throw new LinuxException("socket(AF_UNIX)", Libc.errno(state));
            }
            var listener = new PacketListener(new Descriptor(fd));
            var address = arena.allocate(SOCKADDR_UN_BYTES, Short.BYTES);
            address.set(JAVA_SHORT, 0, AF_UNIX);
            MemorySegment.copy(name, 0, address, JAVA_BYTE, PATH_OFFSET, name.length);
            if (bind(state, fd, address) != 0 || listen(state, fd) != 0) {
                listener.close();
                throw new LinuxException("bind(" + path + ")", Libc.errno(state));
            }
            return listener;
        }
    }

    /// {@return what to await connections with; still owned by this}
    public Descriptor descriptor() {
        return descriptor;
    }

    /// {@return the next process that has connected, if there is one}
    public Optional<PacketConnection> accept() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var fd = accept4(state);
            if (fd >= 0) {
                return Optional.of(new PacketConnection(new Descriptor(fd)));
            }
            var errno = Libc.errno(state);
            if (errno.equals(Errno.EAGAIN) || errno.equals(Errno.ECONNABORTED)) {
                return Optional.empty();
            }
            throw new LinuxException("accept4", errno);
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static int socket(MemorySegment state) {
        try {
            return (int)
                    SOCKET.invokeExact(
                            state, (int) AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC_NONBLOCK, 0);
        } catch (Throwable broken) {
            throw Libc.mismatch("socket(2)", broken);
        }
    }

    private static int bind(MemorySegment state, int fd, MemorySegment address) {
        try {
            return (int) BIND.invokeExact(state, fd, address, SOCKADDR_UN_BYTES);
        } catch (Throwable broken) {
            throw Libc.mismatch("bind(2)", broken);
        }
    }

    private static int listen(MemorySegment state, int fd) {
        try {
            return (int) LISTEN.invokeExact(state, fd, BACKLOG);
        } catch (Throwable broken) {
            throw Libc.mismatch("listen(2)", broken);
        }
    }

    private int accept4(MemorySegment state) {
        try {
            return (int)
                    ACCEPT4.invokeExact(
                            state,
                            descriptor.number(),
                            MemorySegment.NULL,
                            MemorySegment.NULL,
                            SOCK_CLOEXEC_NONBLOCK);
        } catch (Throwable broken) {
            throw Libc.mismatch("accept4(2)", broken);
        }
    }
}
