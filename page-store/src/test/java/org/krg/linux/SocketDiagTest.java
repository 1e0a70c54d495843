// SPDX-License-Identifier: Apache-2.0
package org.krg.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;

final class SocketDiagTest {
    private static final InetAddress FOUR = InetAddress.ofLiteral("127.0.0.1");
    private static final InetAddress SIX = InetAddress.ofLiteral("::1");

    /// Both ends of a connection.
    private record Pair(ServerSocketChannel listener, SocketChannel client, SocketChannel accepted)
            implements AutoCloseable {
        static Pair connect(InetAddress at, StandardProtocolFamily family) throws IOException {
            var listener = ServerSocketChannel.open().bind(new InetSocketAddress(at, 0));
            var client = SocketChannel.open(family);
            client.connect(listener.getLocalAddress());
            return new Pair(listener, client, listener.accept());
        }

        InetSocketAddress server() throws IOException {
            return (InetSocketAddress) accepted.getLocalAddress();
        }

        InetSocketAddress caller() throws IOException {
            return (InetSocketAddress) accepted.getRemoteAddress();
        }

        @Override
        public void close() throws IOException {
            accepted.close();
            client.close();
            listener.close();
        }
    }

    @Test
    void bothEndsOfAConnectionBelongToWhoOpenedThem() throws IOException {
        try (var pair = Pair.connect(FOUR, StandardProtocolFamily.INET)) {
            assertThat(SocketDiag.owner(pair.caller(), pair.server())).hasValue(Account.ownUid());
            assertThat(SocketDiag.owner(pair.server(), pair.caller())).hasValue(Account.ownUid());
        }
    }

    @Test
    void aSocketForBothFamiliesIsFoundByItsAddressOfVersionFour() throws IOException {
        try (var pair = Pair.connect(FOUR, StandardProtocolFamily.INET6)) {
            assertThat(SocketDiag.owner(pair.caller(), pair.server())).hasValue(Account.ownUid());
        }
    }

    @Test
    void theLoopbackOfVersionSixIsFound() throws IOException {
        try (var pair = Pair.connect(SIX, StandardProtocolFamily.INET6)) {
            assertThat(SocketDiag.owner(pair.caller(), pair.server())).hasValue(Account.ownUid());
        }
    }

    @Test
    void aConnectionThatIsNotThereHasNoOwnerThoughSomebodyListens() throws IOException {
        try (var pair = Pair.connect(FOUR, StandardProtocolFamily.INET)) {
            var nobody = new InetSocketAddress(FOUR, 1);

            assertThat(SocketDiag.owner(nobody, pair.server())).isEmpty();
            assertThat(SocketDiag.owner(pair.server(), nobody)).isEmpty();
        }
    }

    @Test
    void aSocketThatNobodyHoldsIsNotRoots() throws IOException {
        try (var pair = Pair.connect(FOUR, StandardProtocolFamily.INET)) {
            var caller = pair.caller();
            pair.client().close();

            assertThat(SocketDiag.owner(caller, pair.server())).isEmpty();
        }
    }

    /// `linux/netlink.h`, `linux/inet_diag.h`.
    @Test
    void theLayoutsAreTheKernels() {
        assertThat(SocketDiag.NLMSGHDR.byteSize()).isEqualTo(16);
        assertThat(SocketDiag.SOCKID.byteSize()).isEqualTo(48);
        assertThat(SocketDiag.REQUEST.byteSize()).isEqualTo(56);
        assertThat(SocketDiag.MESSAGE.byteSize()).isEqualTo(72);
        assertThat(offset(SocketDiag.NLMSGHDR, "nlmsg_type")).isEqualTo(4);
        assertThat(offset(SocketDiag.NLMSGHDR, "nlmsg_flags")).isEqualTo(6);
        assertThat(offset(SocketDiag.SOCKID, "idiag_src")).isEqualTo(4);
        assertThat(offset(SocketDiag.SOCKID, "idiag_dst")).isEqualTo(20);
        assertThat(offset(SocketDiag.SOCKID, "idiag_if")).isEqualTo(36);
        assertThat(offset(SocketDiag.SOCKID, "idiag_cookie")).isEqualTo(40);
        assertThat(offset(SocketDiag.REQUEST, "id")).isEqualTo(8);
        assertThat(offset(SocketDiag.MESSAGE, "idiag_uid")).isEqualTo(64);
        assertThat(offset(SocketDiag.MESSAGE, "idiag_inode")).isEqualTo(68);
    }

    private static long offset(MemoryLayout layout, String field) {
        return layout.byteOffset(PathElement.groupElement(field));
    }
}
