// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.krg.host.model.AuditEntry;
import org.krg.state.model.InvariantBroken;

/// A line of an audit log: number, moment, who, from where, outcome, what, and the hash, with tabs
/// between. The hash is SHA-256 over the hash of the line before and this line up to its hash.
///
/// @param number counts from 1, without gaps
/// @param hash 64 hexadecimal digits
public record AuditLine(long number, AuditEntry entry, String hash) {
    /// The hash before the first line of all.
    static final String START = "0".repeat(64);

    private static final int FIELDS = 7;

    /// Characters of one field: a longer path is cut.
    private static final int MOST_CHARACTERS = 1_024;

    /// Of a line: three fields of text, each character at most three bytes, and the rest.
    static final int MOST_BYTES = 3 * 3 * MOST_CHARACTERS + 256;

    /// {@return the line that follows one with the hash `previous`}
    static AuditLine following(String previous, long number, AuditEntry entry) {
        return new AuditLine(number, entry, hash(previous, body(number, entry)));
    }

    /// {@return what a line says, if it follows one with the hash `previous` and that number}
    static Optional<AuditLine> parse(String previous, long number, String text) {
        var end = text.lastIndexOf('\t');
        var fields = text.split("\t", -1);
        if (fields.length != FIELDS
                || !fields[0].equals(Long.toString(number))
                || !fields[FIELDS - 1].equals(hash(previous, text.substring(0, end)))) {
            return Optional.empty();
        }
        try {
            var outcome = Integer.parseInt(fields[4]);
            var entry =
                    new AuditEntry(
                            Instant.parse(fields[1]), fields[2], fields[3], fields[5], outcome);
            return Optional.of(new AuditLine(number, entry, fields[FIELDS - 1]));
        } catch (DateTimeException | NumberFormatException malformed) {
            return Optional.empty();
        }
    }

    /// {@return the line as it is written, ended}
    String text() {
        return body(number, entry) + "\t" + hash + "\n";
    }

    private static String body(long number, AuditEntry entry) {
        return String.join(
                "\t",
                Long.toString(number),
                entry.at().toString(),
                clean(entry.who()),
                clean(entry.from()),
                Integer.toString(entry.outcome()),
                clean(entry.what()));
    }

    /// Nobody who is written about may begin another line or field.
    private static String clean(String field) {
        var cut = field.substring(0, Math.min(field.length(), MOST_CHARACTERS));
        return cut.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", "?");
    }

    private static String hash(String previous, String body) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(previous.getBytes(StandardCharsets.US_ASCII));
            digest.update(body.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }
}
