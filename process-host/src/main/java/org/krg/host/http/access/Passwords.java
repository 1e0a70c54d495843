// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.access;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.spec.InvalidKeySpecException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Sha256;

/// Passwords as they are kept: PBKDF2 with HMAC-SHA-512 (RFC 8018), salted, as
/// `pbkdf2-sha512$ITERATIONS$SALT$HASH`.
public final class Passwords {
    /// OWASP's number for this function.
    private static final int ITERATIONS = 210_000;

    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BITS = 512;
    private static final String KIND = "pbkdf2-sha512";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Passwords() {}

    /// {@return what is kept of a password}
    public static String hash(char[] password) {
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        var encoder = Base64.getEncoder();
        return String.join(
                "$",
                KIND,
                Integer.toString(ITERATIONS),
                encoder.encodeToString(salt),
                encoder.encodeToString(derive(password, salt, ITERATIONS)));
    }

    /// {@return whether `hash` was made of this password} Takes as long for a malformed hash, and
    /// for the empty one of a user without a password, as for any other.
    public static boolean matches(char[] password, String hash) {
        var parts = hash.split("\\$", -1);
        var isWhole = parts.length == 4 && parts[0].equals(KIND) && parts[1].matches("[0-9]{1,8}");
        try {
            var decoder = Base64.getDecoder();
            var salt = isWhole ? decoder.decode(parts[2]) : new byte[SALT_BYTES];
            var iterations = isWhole ? Integer.parseInt(parts[1]) : ITERATIONS;
            var kept = isWhole ? decoder.decode(parts[3]) : new byte[0];
            return iterations > 0
                    && iterations <= MOST_ITERATIONS
                    && salt.length > 0
                    && MessageDigest.isEqual(derive(password, salt, iterations), kept);
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }

    /// {@return what is kept of a secret that is too random to be guessed}
    static Sha256 digest(byte[] secret) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(secret);
            return new Sha256(HexFormat.of().formatHex(digest));
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }

    private static byte[] derive(char[] password, byte[] salt, int iterations) {
        var spec = new PBEKeySpec(password, salt, iterations, HASH_BITS);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (InvalidKeySpecException wrong) {
            throw new IllegalArgumentException(wrong);
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has PBKDF2", impossible);
        } finally {
            spec.clearPassword();
        }
    }
}
