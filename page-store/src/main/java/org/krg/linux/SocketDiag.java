// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/// What the kernel tells of one TCP socket of this machine, `sock_diag(7)`. It finds the socket in
/// its hash table, where `/proc/net/tcp` walks through all of that: 0.03 against 4 ms a table where
/// the kernel has 262,144 places for connections.
public final class SocketDiag {
    /// `struct nlmsghdr { __u32 nlmsg_len; __u16 nlmsg_type; __u16 nlmsg_flags; __u32 nlmsg_seq;
    /// __u32 nlmsg_pid; }`
    static final StructLayout NLMSGHDR =
            MemoryLayout.structLayout(
                    JAVA_INT.withName("nlmsg_len"),
                    JAVA_SHORT.withName("nlmsg_type"),
                    JAVA_SHORT.withName("nlmsg_flags"),
                    JAVA_INT.withName("nlmsg_seq"),
                    JAVA_INT.withName("nlmsg_pid"));

    /// `struct inet_diag_sockid { __be16 idiag_sport; __be16 idiag_dport; __be32 idiag_src[4];
    /// __be32 idiag_dst[4]; __u32 idiag_if; __u32 idiag_cookie[2]; }`
    static final StructLayout SOCKID =
            MemoryLayout.structLayout(
                    JAVA_SHORT.withName("idiag_sport"),
                    JAVA_SHORT.withName("idiag_dport"),
                    MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("idiag_src"),
                    MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("idiag_dst"),
                    JAVA_INT.withName("idiag_if"),
                    JAVA_LONG.withByteAlignment(4).withName("idiag_cookie"));

    /// `struct inet_diag_req_v2 { __u8 sdiag_family; __u8 sdiag_protocol; __u8 idiag_ext; __u8 pad;
    /// __u32 idiag_states; struct inet_diag_sockid id; }`
    static final StructLayout REQUEST =
            MemoryLayout.structLayout(
                    JAVA_BYTE.withName("sdiag_family"),
                    JAVA_BYTE.withName("sdiag_protocol"),
                    JAVA_BYTE.withName("idiag_ext"),
                    JAVA_BYTE.withName("pad"),
                    JAVA_INT.withName("idiag_states"),
                    SOCKID.withName("id"));

    /// `struct inet_diag_msg { __u8 idiag_family; __u8 idiag_state; __u8 idiag_timer; __u8
    /// idiag_retrans; struct inet_diag_sockid id; __u32 idiag_expires; __u32 idiag_rqueue; __u32
    /// idiag_wqueue; __u32 idiag_uid; __u32 idiag_inode; }`
    static final StructLayout MESSAGE =
            MemoryLayout.structLayout(
                    JAVA_BYTE.withName("idiag_family"),
                    JAVA_BYTE.withName("idiag_state"),
                    JAVA_BYTE.withName("idiag_timer"),
                    JAVA_BYTE.withName("idiag_retrans"),
                    SOCKID.withName("id"),
                    JAVA_INT.withName("idiag_expires"),
                    JAVA_INT.withName("idiag_rqueue"),
                    JAVA_INT.withName("idiag_wqueue"),
                    JAVA_INT.withName("idiag_uid"),
                    JAVA_INT.withName("idiag_inode"));

    private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int SOURCE = 4;
    private static final int TARGET = 20;
    private static final int INTERFACE = 36;
    private static final int COOKIE = 40;
    private static final int STATE = 1;
    private static final int UID = 64;
    private static final int INODE = 68;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW_CLOEXEC = 3 | 0x80000;
    private static final int NETLINK_SOCK_DIAG = 4;
    private static final short SOCK_DIAG_BY_FAMILY = 20;
    private static final short NLM_F_REQUEST = 1;
    private static final int NLMSG_ERROR = 2;
    private static final byte IPPROTO_TCP = 6;
    private static final int TCP_ESTABLISHED = 1;
    private static final int ALL = -1;
    private static final int MSG_DONTWAIT = 0x40;

    /// More than an answer to a question without extensions has.
    private static final int ANSWER_BYTES = 1_024;

    /// `int socket(int domain, int type, int protocol)`
    private static final MethodHandle SOCKET =
            Libc.function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    /// `ssize_t send(int sockfd, const void *buf, size_t len, int flags)`
    private static final MethodHandle SEND =
            Libc.function(
                    "send",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    /// `ssize_t recv(int sockfd, void *buf, size_t len, int flags)`
    private static final MethodHandle RECV =
            Libc.function(
                    "recv",
                    FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

    private SocketDiag() {}

    /// {@return the user who opened the socket that is bound to `local` and connected to `remote`;
    /// empty if there is none, or no process holds it any more} The kernel shows a socket that
    /// nobody holds as owned by root, so only one that stands open tells who is at its end.
    ///
    /// @throws LinuxException if the kernel does not answer such questions
    public static OptionalInt owner(InetSocketAddress local, InetSocketAddress remote) {
        try (var arena = Arena.ofConfined()) {
            var state = Libc.callState(arena);
            var fd = socket(state);
            if (fd < 0) {
                throw new LinuxException("socket(NETLINK_SOCK_DIAG)", Libc.errno(state));
            }
            try (var _ = new Descriptor(fd)) {
                var request = request(arena, local, remote);
                if (send(state, fd, request) != request.byteSize()) {
                    throw new LinuxException("send(SOCK_DIAG_BY_FAMILY)", Libc.errno(state));
                }
                var answer = arena.allocate(ANSWER_BYTES, Integer.BYTES);
                // The kernel has answered when it has taken the question.
                var length = recv(state, fd, answer);
                if (length < 0) {
                    throw new LinuxException("recv(SOCK_DIAG_BY_FAMILY)", Libc.errno(state));
                }
                return owner(answer.asSlice(0, length));
            }
        }
    }

    private static MemorySegment request(
            Arena arena, InetSocketAddress local, InetSocketAddress remote) {
        var whole = arena.allocate(NLMSGHDR.byteSize() + REQUEST.byteSize(), Integer.BYTES);
        whole.set(JAVA_INT, 0, (int) whole.byteSize());
        whole.set(JAVA_SHORT, 4, SOCK_DIAG_BY_FAMILY);
        whole.set(JAVA_SHORT, 6, NLM_F_REQUEST);
        var request = whole.asSlice(NLMSGHDR.byteSize());
        var family = local.getAddress() instanceof Inet4Address ? AF_INET : AF_INET6;
        request.set(JAVA_BYTE, 0, (byte) family);
        request.set(JAVA_BYTE, 1, IPPROTO_TCP);
        request.set(JAVA_INT, 4, ALL);
        var id = request.asSlice(8);
        id.set(PORT, 0, (short) local.getPort());
        id.set(PORT, 2, (short) remote.getPort());
        copy(local, id.asSlice(SOURCE));
        copy(remote, id.asSlice(TARGET));
        if (local.getAddress() instanceof Inet6Address link) {
            id.set(JAVA_INT, INTERFACE, link.getScopeId());
        }
        id.set(JAVA_INT, COOKIE, ALL);
        id.set(JAVA_INT, COOKIE + Integer.BYTES, ALL);
        return whole;
    }

    private static void copy(InetSocketAddress from, MemorySegment to) {
        var bytes = from.getAddress().getAddress();
        MemorySegment.copy(bytes, 0, to, JAVA_BYTE, 0, bytes.length);
    }

    private static OptionalInt owner(MemorySegment answer) {
        if (answer.get(JAVA_SHORT, 4) == NLMSG_ERROR) {
            var errno = new Errno(-answer.get(JAVA_INT, NLMSGHDR.byteSize()));
            if (errno.equals(Errno.ENOENT)) {
                return OptionalInt.empty();
            }
            throw new LinuxException("SOCK_DIAG_BY_FAMILY", errno);
        }
        var socket = answer.asSlice(NLMSGHDR.byteSize(), MESSAGE.byteSize());
        var isHeld =
                socket.get(JAVA_BYTE, STATE) == TCP_ESTABLISHED && socket.get(JAVA_INT, INODE) != 0;
        return isHeld ? OptionalInt.of(socket.get(JAVA_INT, UID)) : OptionalInt.empty();
    }

    private static int socket(MemorySegment state) {
        try {
            return (int) SOCKET.invokeExact(state, AF_NETLINK, SOCK_RAW_CLOEXEC, NETLINK_SOCK_DIAG);
        } catch (Throwable broken) {
            throw Libc.mismatch("socket(2)", broken);
        }
    }

    private static long send(MemorySegment state, int fd, MemorySegment bytes) {
        try {
            return (long) SEND.invokeExact(state, fd, bytes, bytes.byteSize(), 0);
        } catch (Throwable broken) {
            throw Libc.mismatch("send(2)", broken);
        }
    }

    private static long recv(MemorySegment state, int fd, MemorySegment bytes) {
        try {
            return (long) RECV.invokeExact(state, fd, bytes, bytes.byteSize(), MSG_DONTWAIT);
        } catch (Throwable broken) {
            throw Libc.mismatch("recv(2)", broken);
        }
    }
}
