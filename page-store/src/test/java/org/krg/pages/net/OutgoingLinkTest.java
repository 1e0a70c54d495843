// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.krg.state.model.NodeId;

class OutgoingLinkTest {
    private static final int FRAME_BYTES = Integer.BYTES + 1;
    private static final int LIMIT_MILLIS = 10_000;
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final OutgoingLink link = new OutgoingLink(new NodeId("other"), 1);
    private Selector selector;
    private ServerSocketChannel port;

    private record Connection(SocketChannel here, SocketChannel there, SelectionKey key)
            implements AutoCloseable {
        /// {@return the bytes of so many messages of one byte}
        String read(int messages) throws IOException {
            there.socket().setSoTimeout(LIMIT_MILLIS);
            var bytes = there.socket().getInputStream().readNBytes(messages * FRAME_BYTES);
            var text = new StringBuilder();
            for (var at = Integer.BYTES; at < bytes.length; at += FRAME_BYTES) {
                text.append((char) bytes[at]);
            }
            return text.toString();
        }

        @Override
        public void close() throws IOException {
            here.close();
            there.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        selector = Selector.open();
        port = ServerSocketChannel.open();
        port.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void close() throws IOException {
        port.close();
        selector.close();
    }

    private Connection connect() throws IOException {
        var here = SocketChannel.open(port.getLocalAddress());
        here.configureBlocking(false);
        return new Connection(here, port.accept(), here.register(selector, SelectionKey.OP_READ));
    }

    private void say(String messages) throws IOException {
        for (var i = 0; i < messages.length(); i++) {
            link.add(ByteBuffer.wrap(new byte[] {(byte) messages.charAt(i)}), NOTHING);
        }
        link.flush();
    }

    @Test
    void whatWasNotHandledGoesOverTheNextConnectionBeforeWhatIsNew() throws IOException {
        try (var first = connect();
                var second = connect()) {
            link.connected(new PlainWire(first.here), first.key, 0);
            say("abc");
            assertThat(first.read(3)).isEqualTo("abc");
            assertThat(link.disconnected(new PlainWire(first.here))).isTrue();
            say("d");

            link.connected(new PlainWire(second.here), second.key, 1);
            say("e");

            assertThat(second.read(4)).isEqualTo("bcde");
        }
    }

    /// Were that another exception, whoever sends to several nodes would not send to the others.
    @Test
    void aConnectionThatWasClosedMeanwhileIsABrokenOne() throws IOException {
        try (var connection = connect()) {
            link.connected(new PlainWire(connection.here), connection.key, 0);
            connection.key.cancel();
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> say("a"));
        }
    }
}
