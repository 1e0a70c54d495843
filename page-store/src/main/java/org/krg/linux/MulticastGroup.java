// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/// A multicast group on a device, `ip(7)`, `ipv6(7)`. The kernel lists which groups somebody is in,
/// and not who: each socket has to be asked.
///
/// @param device the number of the network device
public record MulticastGroup(int device, InetAddress address) {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;

    /// Levels of options.
    private static final int IPPROTO_IP = 0;

    private static final int IPPROTO_IPV6 = 41;

    /// What the filter of a group is, `linux/in.h`. A socket that is not in it has none.
    private static final int MCAST_MSFILTER = 48;

    /// `struct group_filter`: `__u32 gf_interface; struct sockaddr_storage gf_group; __u32
    /// gf_fmode; __u32 gf_numsrc;`, and as many sources as are asked for.
    private static final int FILTER_BYTES = 144;

    private static final int GROUP = 8;

    /// `struct sockaddr_in` and `struct sockaddr_in6`.
    private static final int IN_ADDRESS = GROUP + 4;

    private static final int IN6_ADDRESS = GROUP + 8;

    /// {@return whether a socket of another process is in the group} Like [SocketOption] it holds
    /// the socket meanwhile.
    ///
    /// @throws LinuxException if the process may not be asked
    public boolean has(PidFd process, int fd) {
        return process.duplicate(fd)
                .map(socket -> {
                    try (socket;
                            var arena = Arena.ofConfined()) {
                        var level = isIpv4() ? IPPROTO_IP : IPPROTO_IPV6;
                        return SocketOption.read(
                                arena, socket.number(), level, MCAST_MSFILTER, filter(arena));
                    }
                })
                .orElse(false);
    }

    private MemorySegment filter(Arena arena) {
        var filter = arena.allocate(FILTER_BYTES, Long.BYTES);
        filter.set(JAVA_INT, 0, device);
        filter.set(JAVA_SHORT, GROUP, (short) (isIpv4() ? AF_INET : AF_INET6));
        var bytes = address.getAddress();
        MemorySegment.copy(
                bytes, 0, filter, JAVA_BYTE, isIpv4() ? IN_ADDRESS : IN6_ADDRESS, bytes.length);
        return filter;
    }

    private boolean isIpv4() {
        return address.getAddress().length == Integer.BYTES;
    }
}
