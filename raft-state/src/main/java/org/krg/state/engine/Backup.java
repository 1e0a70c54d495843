// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.krg.state.StorageDamaged;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;

/// A backup: all agreed rows at one log entry, in a file whose last 32 bytes are the SHA-256 of the
/// rest.
///
/// Big-endian: the word `KRGSTATE`, a version (int), cluster (two longs), term, index, revision,
/// time in milliseconds (longs); for each row a byte 1, the name of its family (UTF), key and value
/// with their lengths (ints); a byte 0 and the number of rows (long); since version 2 as many
/// zeros, and before them their number (int), that all this is a multiple of 512 bytes; the digest.
/// Rows and not table files, so that a backup can be read by versions that store otherwise.
///
/// `etcdctl snapshot save` takes a file for whole whose length is 32 bytes more than a multiple of
/// 512, `hasChecksum` in `client/v3/snapshot/v3_snapshot.go` of etcd.
public final class Backup {
    private static final byte[] MAGIC = "KRGSTATE".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 2;

    /// Its backups end with the number of rows.
    private static final int UNPADDED = 1;

    private static final int UNIT_BYTES = 512;
    private static final int DIGEST_BYTES = 32;
    private static final int MOST_ROW_BYTES = 64 << 20;
    private static final int ROW = 1;
    private static final int END = 0;

    private Backup() {}

    /// What a backup is of.
    public record Header(UUID cluster, LogPosition position, Revision revision, Instant taken) {}

    /// What is in a backup.
    public record Content(Header header, Map<Family, Long> rows, long bytes) {}

    /// Writes a backup of what `view` shows.
    static Header write(UUID cluster, Instant taken, RowStore.View view, OutputStream to) {
        try {
            return writeAll(cluster, taken, view, to);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Header writeAll(UUID cluster, Instant taken, RowStore.View view, OutputStream to)
            throws IOException {
        var header =
                new Header(
                        cluster,
                        StoredState.readPosition(view),
                        ImageRows.loadCounters(view).revision(),
                        taken);
        var digest = sha256();
        var counted = new Counted(new DigestOutputStream(to, digest));
        var out = new DataOutputStream(counted);
        writeHeader(out, header);
        var count = 0L;
        for (var family : Family.values()) {
            if (family.isAgreed()) {
                count += writeRows(out, family, view);
            }
        }
        out.writeByte(END);
        out.writeLong(count);
        var padding = (int) -(counted.bytes + Integer.BYTES) & UNIT_BYTES - 1;
        out.writeInt(padding);
        out.write(new byte[padding]);
        out.flush();
        to.write(digest.digest());
        return header;
    }

    /// Counts what is written.
    private static final class Counted extends FilterOutputStream {
        private long bytes;

        Counted(OutputStream to) {
            super(to);
        }

        @Override
        public void write(int single) throws IOException {
            out.write(single);
            bytes++;
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            out.write(source, offset, length);
            bytes += length;
        }
    }

    private static void writeHeader(DataOutputStream out, Header header) throws IOException {
        out.write(MAGIC);
        out.writeInt(VERSION);
        out.writeLong(header.cluster().getMostSignificantBits());
        out.writeLong(header.cluster().getLeastSignificantBits());
        out.writeLong(header.position().term());
        out.writeLong(header.position().index());
        out.writeLong(header.revision().value());
        out.writeLong(header.taken().toEpochMilli());
    }

    private static long writeRows(DataOutputStream out, Family family, RowStore.View view)
            throws IOException {
        var rows = new RowWriter(out, family);
        view.scan(family, RowKey.FIRST, rows);
        if (rows.failed != null) {
            throw rows.failed;
        }
        return rows.count;
    }

    private static final class RowWriter implements RowStore.Visitor {
        private final DataOutputStream out;
        private final Family family;
        private long count;
        private @Nullable IOException failed;

        RowWriter(DataOutputStream out, Family family) {
            this.out = out;
            this.family = family;
        }

        @Override
        public boolean visit(byte[] key, byte[] value) {
            try {
                out.writeByte(ROW);
                out.writeUTF(family.name());
                out.writeInt(key.length);
                out.write(key);
                out.writeInt(value.length);
                out.write(value);
                count++;
                return true;
            } catch (IOException cannot) {
                failed = cannot;
                return false;
            }
        }
    }

    /// Reads a backup to its end and compares its digest. Throws [StorageDamaged].
    public static Content check(Path file) {
        return read(file, _ -> {});
    }

    /// Hands over the rows of a backup. Whoever takes them may only use them when this returns: the
    /// digest comes last.
    static Content read(Path file, Consumer<RowWrite> rows) {
        try (var stream = Files.newInputStream(file)) {
            return read(file, stream, rows);
        } catch (EOFException shortened) {
            throw new StorageDamaged(file, "it ends too early", shortened);
        } catch (IOException failed) {
            throw new StorageFailed("cannot read " + file + ": " + failed, failed);
        }
    }

    private static Content read(Path file, InputStream stream, Consumer<RowWrite> rows)
            throws IOException {
        var buffered = new BufferedInputStream(stream, 1 << 16);
        var digest = sha256();
        var in = new DataInputStream(new DigestInputStream(buffered, digest));
        var version = readVersion(file, in);
        var header = readHeader(in);
        var counts = new EnumMap<Family, Long>(Family.class);
        var count = 0L;
        for (var next = in.readByte(); next != END; next = in.readByte()) {
            if (next != ROW) {
                throw new StorageDamaged(file, "something stands in the place of a row");
            }
            var row = readRow(file, in);
            counts.merge(row.family(), 1L, Long::sum);
            rows.accept(row);
            count++;
        }
        if (in.readLong() != count) {
            throw new StorageDamaged(file, "it does not have all its rows");
        }
        if (version > UNPADDED) {
            skipPadding(file, in);
        }
        var computed = digest.digest();
        if (!Arrays.equals(computed, buffered.readNBytes(DIGEST_BYTES))) {
            throw new StorageDamaged(file, "its digest does not match");
        }
        return new Content(header, counts, Files.size(file));
    }

    private static void skipPadding(Path file, DataInputStream in) throws IOException {
        var padding = in.readInt();
        if (padding < 0 || padding >= UNIT_BYTES) {
            throw new StorageDamaged(file, "it is padded with " + padding + " bytes");
        }
        in.readFully(new byte[padding]);
    }

    private static int readVersion(Path file, DataInputStream in) throws IOException {
        if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
            throw new StorageDamaged(file, "it is no backup of krg: it does not begin like one");
        }
        var version = in.readInt();
        if (version < UNPADDED || version > VERSION) {
            throw new StorageFailed(
                    "%s has format %d, this krg reads %d and %d"
                            .formatted(file, version, UNPADDED, VERSION));
        }
        return version;
    }

    private static Header readHeader(DataInputStream in) throws IOException {
        return new Header(
                new UUID(in.readLong(), in.readLong()),
                new LogPosition(in.readLong(), in.readLong()),
                new Revision(in.readLong()),
                Instant.ofEpochMilli(in.readLong()));
    }

    private static RowWrite.Put readRow(Path file, DataInputStream in) throws IOException {
        var name = in.readUTF();
        var key = readBytes(file, in);
        var value = readBytes(file, in);
        try {
            return new RowWrite.Put(Family.valueOf(name), Bytes.wrap(key), Bytes.wrap(value));
        } catch (IllegalArgumentException unknown) {
            throw new StorageDamaged(file, "it has rows of the unknown kind " + name, unknown);
        }
    }

    private static byte[] readBytes(Path file, DataInputStream in) throws IOException {
        var length = in.readInt();
        if (length < 0 || length > MOST_ROW_BYTES) {
            throw new StorageDamaged(file, "a row of it has " + length + " bytes");
        }
        var bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }
}
