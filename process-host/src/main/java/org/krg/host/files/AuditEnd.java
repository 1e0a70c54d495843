// SPDX-License-Identifier: Apache-2.0
package org.krg.host.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// How a file of an audit log ends, which is what the next one continues.
///
/// @param next the number of the line to come
/// @param hash of the last line
record AuditEnd(long next, String hash) {
    /// {@return the end of a file; empty if its last line is cut short or none} What is before the
    /// last line is not read.
    static Optional<AuditEnd> of(Path file) throws IOException {
        var text = tail(file);
        if (!text.endsWith("\n")) {
            return Optional.empty();
        }
        var line = text.substring(text.lastIndexOf('\n', text.length() - 2) + 1, text.length() - 1);
        var number = line.substring(0, Math.max(0, line.indexOf('\t')));
        var hash = line.substring(line.lastIndexOf('\t') + 1);
        try {
            return Optional.of(new AuditEnd(Long.parseLong(number) + 1, hash));
        } catch (NumberFormatException noLine) {
            return Optional.empty();
        }
    }

    private static String tail(Path file) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var start = Math.max(0, channel.size() - AuditLine.MOST_BYTES);
            var bytes = ByteBuffer.allocate((int) (channel.size() - start));
            while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {}
            return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
        }
    }
}
