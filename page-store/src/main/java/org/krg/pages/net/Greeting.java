// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.NodeId;

/// The first words of a connection: who opens it to whom, and the proof on both sides that they
/// know the key of the port, HMAC-SHA256 over the other's fresh number. Where the connection is
/// encrypted their certificates have to be those of the same nodes.
///
/// ```
/// opener → owner   u32 magic, u32 version, cluster 16, nonce 32, name of from 40, name of to 40
/// owner → opener   nonce 32, proof 32
/// opener → owner   proof 32
/// owner → opener   u8 1
/// opener → owner   u64 session of the link
/// owner → opener   u64 messages of that session it has handled
/// ```
final class Greeting {
    private static final int MAGIC = 0x6b_72_67_70;
    private static final int VERSION = 1;
    private static final int NONCE_BYTES = 32;
    private static final int PROOF_BYTES = 32;
    private static final int HELLO_BYTES =
            4 + 4 + 16 + NONCE_BYTES + NodeId.MAX_LENGTH + NodeId.MAX_LENGTH;
    private static final int FROM_OFFSET = 4 + 4 + 16 + NONCE_BYTES;
    private static final byte WELCOME = 1;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Greeting() {}

    /// The side that proves.
    private enum Side {
        OPENER,
        OWNER
    }

    /// Opens a connection that stands. Waits no longer than the socket's limit for reading.
    ///
    /// @throws IOException if the other side is not that node or does not know the key
    static void open(Wire wire, LinkConfig config, NodeId to, byte[] key) throws IOException {
        requireNode(wire, to);
        var hello = hello(config, config.self(), to, nonce());
        write(wire, hello);
        var answer = wire.read(NONCE_BYTES + PROOF_BYTES);
        var nonce = Arrays.copyOf(answer, NONCE_BYTES);
        require(answer, NONCE_BYTES, proof(key, Side.OWNER, hello, nonce), to.name());
        write(wire, proof(key, Side.OPENER, hello, nonce));
        if (wire.read(1)[0] != WELCOME) {
            throw new IOException("node " + to + " refuses the connection");
        }
    }

    /// Admits who opened a connection. Waits no longer than the socket's limit for reading.
    ///
    /// @return who it is
    /// @throws IOException if it means another node, is not who it says, or does not know the key
    static NodeId admit(Wire wire, LinkConfig config) throws IOException {
        var hello = wire.read(HELLO_BYTES);
        var from = name(hello);
        requireNode(wire, from);
        var sent = Arrays.copyOfRange(hello, FROM_OFFSET - NONCE_BYTES, FROM_OFFSET);
        if (!Arrays.equals(hello, hello(config, from, config.self(), sent))) {
            throw new IOException("what connects means another node, cluster or version");
        }
        var nonce = nonce();
        write(wire, nonce);
        write(wire, proof(config.key(), Side.OWNER, hello, nonce));
        var said = wire.read(PROOF_BYTES);
        require(said, 0, proof(config.key(), Side.OPENER, hello, nonce), from.name());
        write(wire, new byte[] {WELCOME});
        return from;
    }

    /// Says which session goes on.
    ///
    /// @return how many of its messages the other side has handled
    static long resume(Wire wire, long session) throws IOException {
        write(wire, bytes(session));
        return ByteBuffer.wrap(wire.read(Long.BYTES)).getLong();
    }

    /// {@return which session goes on}
    static long session(Wire wire) throws IOException {
        return ByteBuffer.wrap(wire.read(Long.BYTES)).getLong();
    }

    /// Says how many messages of the session were handled.
    static void answer(Wire wire, long handled) throws IOException {
        write(wire, bytes(handled));
    }

    private static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static byte[] hello(LinkConfig config, NodeId from, NodeId to, byte[] nonce) {
        return ByteBuffer.allocate(HELLO_BYTES)
                .putInt(MAGIC)
                .putInt(VERSION)
                .putLong(config.cluster().getMostSignificantBits())
                .putLong(config.cluster().getLeastSignificantBits())
                .put(nonce)
                .put(padded(from))
                .put(padded(to))
                .array();
    }

    private static byte[] padded(NodeId node) {
        return Arrays.copyOf(node.name().getBytes(StandardCharsets.US_ASCII), NodeId.MAX_LENGTH);
    }

    private static NodeId name(byte[] hello) throws IOException {
        var text = new String(hello, FROM_OFFSET, NodeId.MAX_LENGTH, StandardCharsets.US_ASCII);
        try {
            return new NodeId(text.replace("\0", ""));
        } catch (IllegalArgumentException invalid) {
            throw new IOException("what connects has no name of a node", invalid);
        }
    }

    private static byte[] nonce() {
        var nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        return nonce;
    }

    private static byte[] proof(byte[] key, Side side, byte[] hello, byte[] nonce) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update(side.name().getBytes(StandardCharsets.US_ASCII));
            mac.update(nonce);
            mac.update(hello);
            return mac.doFinal();
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has HMAC-SHA256", impossible);
        }
    }

    private static void require(byte[] said, int offset, byte[] proof, String who)
            throws IOException {
        if (!MessageDigest.isEqual(Arrays.copyOfRange(said, offset, offset + PROOF_BYTES), proof)) {
            throw new IOException("who claims to be " + who + " does not know the key");
        }
    }

    private static void requireNode(Wire wire, NodeId node) throws IOException {
        if (!wire.isOf(node)) {
            throw new IOException("the certificate at the other side is not that of node " + node);
        }
    }

    private static void write(Wire wire, byte[] bytes) throws IOException {
        var left = ByteBuffer.wrap(bytes);
        while (!wire.write(left)) {
            Thread.onSpinWait();
        }
    }
}
