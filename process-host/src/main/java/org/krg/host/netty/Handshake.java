// SPDX-License-Identifier: Apache-2.0
package org.krg.host.netty;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.krg.host.proto.PeerWire.Hello;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.NodeId;

/// The words of the handshake and what proves them.
final class Handshake {
    static final int VERSION = 1;

    /// A message of the handshake is some hundred bytes long.
    static final int MAX_BYTES = 4_096;

    /// The side that proves that it knows the secret.
    enum Side {
        OPENER,
        OWNER
    }

    private static final int NONCE_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Handshake() {}

    static Hello hello(PeerConfig config, NodeId to, String service) {
        return Hello.newBuilder()
                .setVersion(VERSION)
                .setCluster(config.cluster().toString())
                .setFrom(config.self().name())
                .setTo(to.name())
                .setService(service)
                .setNonce(nonce())
                .build();
    }

    static ByteString nonce() {
        var bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    static ByteString proof(PeerConfig config, Side side, Hello hello, ByteString nonce) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(config.secret(), "HmacSHA256"));
            mac.update(side.name().getBytes(StandardCharsets.US_ASCII));
            // Both have a fixed length; what follows is told apart by its own field numbers.
            mac.update(nonce.toByteArray());
            mac.update(hello.toByteArray());
            return ByteString.copyFrom(mac.doFinal());
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has HMAC-SHA256", impossible);
        }
    }

    static boolean proves(
            ByteString proof, PeerConfig config, Side side, Hello hello, ByteString nonce) {
        return nonce.size() == NONCE_BYTES
                && MessageDigest.isEqual(
                        proof.toByteArray(), proof(config, side, hello, nonce).toByteArray());
    }
}
