// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One process at the other end of a [PacketListener]: packets of bytes and descriptors both ways.
/// It never blocks. Used by one thread at a time.
public final class PacketConnection implements AutoCloseable {
    /// Bytes and the descriptors that came with them, which belong to the receiver.
    ///
    /// @param bytes none when the other side has closed the connection or ended
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    public record Packet(byte[] bytes, List<Descriptor> descriptors) {
        /// {@return whether nothing comes any more}
        public boolean isEnd() {
            return bytes.length == 0;
        }
    }

    /// Who connected, as it was at that moment, `struct ucred { pid_t pid; uid_t uid; gid_t gid;
    /// }`.
    public record Peer(int pid, int uid, int gid) {}

    /// `struct iovec { void *iov_base; size_t iov_len; }`
    static final StructLayout IOVEC =
            MemoryLayout.structLayout(ADDRESS.withName("iov_base"), JAVA_LONG.withName("iov_len"));

    /// `struct msghdr { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; size_t
    /// msg_iovlen; void *msg_control; size_t msg_controllen; int msg_flags; }`
    static final StructLayout MSGHDR =
            MemoryLayout.structLayout(
                    ADDRESS.withName("msg_name"),
                    JAVA_LONG.withName("msg_namelen"),
                    ADDRESS.withName("msg_iov"),
                    JAVA_LONG.withName("msg_iovlen"),
                    ADDRESS.withName("msg_control"),
                    JAVA_LONG.withName("msg_controllen"),
                    JAVA_LONG.withName("msg_flags"));

    /// `struct cmsghdr { size_t cmsg_len; int cmsg_level; int cmsg_type; }`; data follow
    static final StructLayout CMSGHDR =
            MemoryLayout.structLayout(
                    JAVA_LONG.withName("cmsg_len"),
                    JAVA_INT.withName("cmsg_level"),
                    JAVA_INT.withName("cmsg_type"));

    /// A packet that is longer is cut by the kernel and refused here.
    public static final int MOST_BYTES = 8_192;

    /// More of them are closed by the kernel, and the packet is refused.
    public static final int MOST_DESCRIPTORS = 2;

    private static final long CONTROL_BYTES =
            CMSGHDR.byteSize() + (long) MOST_DESCRIPTORS * Integer.BYTES;
    private static final long FLAGS_OFFSET = 48;
    private static final long CONTROL_LENGTH_OFFSET = 40;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_TRUNC_OR_CTRUNC = 0x20 | 0x8;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_PEERPIDFD = 77;

    /// `ssize_t recvmsg(int sockfd, struct msghdr *msg, int flags)`
    private static final MethodHandle RECVMSG =
            Libc.function("recvmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));

    /// `ssize_t sendmsg(int sockfd, const struct msghdr *msg, int flags)`
    private static final MethodHandle SENDMSG =
            Libc.function("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));

    /// `int getsockopt(int sockfd, int level, int optname, void *optval, socklen_t *optlen)`
    private static final MethodHandle GETSOCKOPT =
            Libc.function(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

    private final Descriptor descriptor;

    PacketConnection(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /// {@return what to await packets with; still owned by this}
    public Descriptor descriptor() {
        return descriptor;
    }

    /// {@return who connected}
    public Peer peer() {
        try (var arena = Arena.ofConfined()) {
            var option = option(arena, SO_PEERCRED, 3 * Integer.BYTES);
            return new Peer(
                    option.get(JAVA_INT, 0), option.get(JAVA_INT, 4), option.get(JAVA_INT, 8));
        }
    }

    /// {@return the process that connected, whatever has become of its number}
    public PidFd peerProcess() {
        try (var arena = Arena.ofConfined()) {
            return new PidFd(option(arena, SO_PEERPIDFD, Integer.BYTES).get(JAVA_INT, 0));
        }
    }

    /// {@return the next packet, if one has come}
    ///
    /// @throws LinuxException also for a packet with too many bytes or descriptors, `EMSGSIZE`
    public Optional<Packet> receive() {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var bytes = arena.allocate(MOST_BYTES);
            var control = arena.allocate(CONTROL_BYTES, Long.BYTES);
            var message = message(arena, bytes, control);
            var count = recvmsg(state, message);
            if (count < 0) {
                return nothing(Libc.errno(state));
            }
            var descriptors = descriptors(control, message.get(JAVA_LONG, CONTROL_LENGTH_OFFSET));
            if ((message.get(JAVA_INT, FLAGS_OFFSET) & MSG_TRUNC_OR_CTRUNC) != 0) {
                descriptors.forEach(Descriptor::close);
                throw new LinuxException("recvmsg", Errno.EMSGSIZE);
            }
            return Optional.of(new Packet(bytes.asSlice(0, count).toArray(JAVA_BYTE), descriptors));
        }
    }

    /// Sends a packet; the descriptors stay the sender's too.
    ///
    /// @return false if the other side is gone, or has not taken many packets before this one
    public boolean send(byte[] bytes, List<Descriptor> descriptors) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var content = arena.allocateFrom(JAVA_BYTE, bytes);
            var message = message(arena, content, control(arena, descriptors));
            if (sendmsg(state, message) == bytes.length) {
                return true;
            }
            var errno = Libc.errno(state);
            return switch (errno.name()) {
                case "EPIPE", "ECONNRESET", "EAGAIN" -> false;
                default -> throw new LinuxException("sendmsg", errno);
            };
        }
    }

    @Override
    public void close() {
        descriptor.close();
    }

    private static Optional<Packet> nothing(Errno errno) {
        return switch (errno.name()) {
            case "EAGAIN", "EINTR" -> Optional.empty();
            case "ECONNRESET" -> Optional.of(new Packet(new byte[0], List.of()));
            default -> throw new LinuxException("recvmsg", errno);
        };
    }

    private static MemorySegment message(Arena arena, MemorySegment bytes, MemorySegment control) {
        var vector = arena.allocate(IOVEC);
        vector.set(ADDRESS, 0, bytes);
        vector.set(JAVA_LONG, 8, bytes.byteSize());
        var message = arena.allocate(MSGHDR);
        message.set(ADDRESS, 16, vector);
        message.set(JAVA_LONG, 24, 1);
        message.set(ADDRESS, 32, control);
        message.set(JAVA_LONG, CONTROL_LENGTH_OFFSET, control.byteSize());
        return message;
    }

    private static MemorySegment control(Arena arena, List<Descriptor> descriptors) {
        if (descriptors.isEmpty()) {
            return MemorySegment.NULL;
        }
        var length = CMSGHDR.byteSize() + (long) descriptors.size() * Integer.BYTES;
        var control = arena.allocate(length, Long.BYTES);
        control.set(JAVA_LONG, 0, length);
        control.set(JAVA_INT, 8, SOL_SOCKET);
        control.set(JAVA_INT, 12, SCM_RIGHTS);
        for (var i = 0; i < descriptors.size(); i++) {
            control.set(
                    JAVA_INT,
                    CMSGHDR.byteSize() + (long) i * Integer.BYTES,
                    descriptors.get(i).number());
        }
        return control;
    }

    private static List<Descriptor> descriptors(MemorySegment control, long length) {
        var found = new ArrayList<Descriptor>();
        if (length >= CMSGHDR.byteSize() && control.get(JAVA_INT, 12) == SCM_RIGHTS) {
            var end = Math.min(control.get(JAVA_LONG, 0), control.byteSize());
            for (var at = CMSGHDR.byteSize(); at + Integer.BYTES <= end; at += Integer.BYTES) {
                found.add(new Descriptor(control.get(JAVA_INT, at)));
            }
        }
        return found;
    }

    private MemorySegment option(Arena arena, int name, int size) {
        var state = Libc.callState(arena);
        var value = arena.allocate(size, Integer.BYTES);
        var length = arena.allocateFrom(JAVA_INT, size);
        if (getsockopt(state, name, value, length) != 0) {
            throw new LinuxException("getsockopt(" + name + ")", Libc.errno(state));
        }
        return value;
    }

    private long recvmsg(MemorySegment state, MemorySegment message) {
        try {
            return (long)
                    RECVMSG.invokeExact(state, descriptor.number(), message, MSG_CMSG_CLOEXEC);
        } catch (Throwable broken) {
            throw Libc.mismatch("recvmsg(2)", broken);
        }
    }

    private long sendmsg(MemorySegment state, MemorySegment message) {
        try {
            return (long) SENDMSG.invokeExact(state, descriptor.number(), message, MSG_NOSIGNAL);
        } catch (Throwable broken) {
            throw Libc.mismatch("sendmsg(2)", broken);
        }
    }

    private int getsockopt(
            MemorySegment state, int name, MemorySegment value, MemorySegment length) {
        try {
            return (int)
                    GETSOCKOPT.invokeExact(
                            state, descriptor.number(), SOL_SOCKET, name, value, length);
        } catch (Throwable broken) {
            throw Libc.mismatch("getsockopt(2)", broken);
        }
    }
}
