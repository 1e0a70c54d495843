// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http.access;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.krg.host.HostFailure;
import org.krg.state.model.Sha256;

/// What an operator gives to a new node: `krg1.ID.SECRET.PIN`. Whoever has it may join once.
///
/// @param id its public part
/// @param secret 128 random bits
/// @param pin the digest of the authority's certificate, so that the node knows whom it asks
public record JoinTicket(String id, String secret, Sha256 pin) {
    private static final Pattern FORM =
            Pattern.compile("krg1\\.([0-9a-f]{12})\\.([0-9a-f]{32})\\.([0-9a-f]{64})");
    private static final SecureRandom RANDOM = new SecureRandom();

    /// {@return one that nobody had before}
    public static JoinTicket make(Sha256 pin) {
        return new JoinTicket(random(6), random(16), pin);
    }

    /// {@return what `text` says} Throws [HostFailure].
    public static JoinTicket parse(String text) {
        var parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new HostFailure(
                    HostFailure.Code.USAGE,
                    "that is not a token to join with",
                    "`krg-admin cluster token create` on a member prints one, krg1.…");
        }
        return new JoinTicket(parts.group(1), parts.group(2), new Sha256(parts.group(3)));
    }

    /// {@return what the cluster keeps of the secret}
    public Sha256 hash() {
        return Passwords.digest(secret.getBytes(StandardCharsets.US_ASCII));
    }

    /// {@return the whole, to be given away}
    public String text() {
        return "krg1." + id + "." + secret + "." + pin.hex();
    }

    @Override
    public String toString() {
        return "JoinTicket[id=" + id + "]";
    }

    private static String random(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }
}
