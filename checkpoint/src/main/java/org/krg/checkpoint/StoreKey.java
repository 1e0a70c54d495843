// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.krg.state.model.InvariantBroken;

/// A key that checkpoints are encrypted with where they lie: 256 random bits. Nothing is encrypted
/// with it directly: each file has a key of its own that is derived from it.
public final class StoreKey {
    /// Length of the secret.
    public static final int BYTES = 32;

    private static final int ID_BYTES = 8;
    private static final byte[] ID_LABEL = ascii("krg checkpoint key id");

    private final byte[] secret;
    private final long id;

    private StoreKey(byte[] secret) {
        this.secret = secret;
        this.id = id(secret);
    }

    /// {@return a new key, which nobody else has}
    public static StoreKey make(SecureRandom random) {
        var secret = new byte[BYTES];
        random.nextBytes(secret);
        return new StoreKey(secret);
    }

    /// {@return the key that `hex` writes}
    ///
    /// @throws IllegalArgumentException if that is none
    public static StoreKey parse(String hex) {
        // What is wrong with it is not said: it may be nearly a key.
        if (!hex.matches("[0-9a-fA-F]{" + 2 * BYTES + "}")) {
            throw new IllegalArgumentException("a key has " + 2 * BYTES + " hexadecimal digits");
        }
        return new StoreKey(HexFormat.of().parseHex(hex));
    }

    /// {@return the number by which files name the key; it follows from the key, and tells nothing
    /// of it}
    public long id() {
        return id;
    }

    /// {@return the number as people read it}
    public String name() {
        return name(id);
    }

    /// {@return how people read the number of a key}
    public static String name(long id) {
        return HexFormat.of().toHexDigits(id);
    }

    /// {@return the key as it is kept: a secret}
    public String hex() {
        return HexFormat.of().formatHex(secret);
    }

    /// {@return the key of one file, for AES}
    ///
    /// @param salt of that file, and of no other
    /// @param purpose what the file is
    public SecretKey derive(byte[] salt, String purpose) {
        try {
            var how =
                    HKDFParameterSpec.ofExtract()
                            .addIKM(new SecretKeySpec(secret, "Generic"))
                            .addSalt(salt)
                            .thenExpand(ascii(purpose), BYTES);
            return KDF.getInstance("HKDF-SHA256").deriveKey("AES", how);
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has HKDF with SHA-256", impossible);
        }
    }

    private static long id(byte[] secret) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(ID_LABEL);
            var bytes = digest.digest(secret);
            return HexFormat.fromHexDigitsToLong(HexFormat.of().formatHex(bytes, 0, ID_BYTES));
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return "StoreKey[" + name() + "]";
    }
}
