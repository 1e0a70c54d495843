// SPDX-License-Identifier: Apache-2.0
package org.krg.state.codec;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.krg.state.model.InvariantBroken;
import org.krg.state.model.LeaseId;
import org.krg.state.model.Revision;
import org.krg.state.model.key.Bytes;
import org.krg.state.model.key.KeyValue;
import org.krg.state.model.key.OwnedKey;

/// Users' keys as rows, by hand: there may be very many of them, and each put writes several.
///
/// A value's row: created, modified, version and lease as variable-length numbers, the length of
/// the owner's name and the name, then the value. A change's row: the revision of the version that
/// it replaced or 0, one byte that tells a put from a deletion, then the key.
public final class KeyRowCodec {
    private static final int LONGEST_NUMBER = 10;
    private static final byte PUT = 0;
    private static final byte DELETION = 1;

    private KeyRowCodec() {}

    /// What a row of changes says.
    ///
    /// @param replaced the revision of the version that was there before; [Revision#ZERO] for none
    public record Change(Bytes key, boolean isDeletion, Revision replaced) {}

    /// {@return the row of a key's value}
    public static byte[] encode(OwnedKey key) {
        var value = key.value();
        var owner = key.owner().getBytes(StandardCharsets.UTF_8);
        var bytes = ByteBuffer.allocate(5 * LONGEST_NUMBER + owner.length + value.value().size());
        putNumber(bytes, value.created().value());
        putNumber(bytes, value.modified().value());
        putNumber(bytes, value.version());
        putNumber(bytes, value.lease().value());
        putNumber(bytes, owner.length);
        bytes.put(owner).put(value.value().unsafe());
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /// {@return the key whose row that is}
    public static OwnedKey decode(Bytes key, byte[] row) {
        try {
            var bytes = ByteBuffer.wrap(row);
            var created = new Revision(number(bytes));
            var modified = new Revision(number(bytes));
            var version = number(bytes);
            var lease = new LeaseId(number(bytes));
            var owner = new byte[Math.toIntExact(number(bytes))];
            bytes.get(owner);
            var value = Arrays.copyOfRange(row, bytes.position(), row.length);
            return new OwnedKey(
                    new KeyValue(key, Bytes.wrap(value), created, modified, version, lease),
                    new String(owner, StandardCharsets.UTF_8));
        } catch (BufferUnderflowException
                | ArithmeticException
                | NegativeArraySizeException wrong) {
            throw new InvariantBroken("a key's row that can be understood: " + key, wrong);
        }
    }

    /// {@return the row of a change}
    public static byte[] encode(Change change) {
        var bytes = ByteBuffer.allocate(LONGEST_NUMBER + 1 + change.key().size());
        putNumber(bytes, change.replaced().value());
        bytes.put(change.isDeletion() ? DELETION : PUT).put(change.key().unsafe());
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    /// {@return the change whose row that is}
    public static Change decodeChange(byte[] row) {
        try {
            var bytes = ByteBuffer.wrap(row);
            var replaced = new Revision(number(bytes));
            var kind = bytes.get();
            if (kind != PUT && kind != DELETION) {
                throw Wire.unknown("change of a key " + kind);
            }
            var key = Arrays.copyOfRange(row, bytes.position(), row.length);
            return new Change(Bytes.wrap(key), kind == DELETION, replaced);
        } catch (BufferUnderflowException | ArithmeticException wrong) {
            throw new InvariantBroken("a change's row that can be understood", wrong);
        }
    }

    /// {@return the key of an old version's row: the key with its zero bytes marked and an end, so
    /// that keys of any bytes stay in their order, then the revision, newest first}
    public static byte[] versionKey(Bytes key, Revision revision) {
        var prefix = versionPrefix(key);
        var bytes = ByteBuffer.allocate(prefix.length + Long.BYTES);
        return bytes.put(prefix).putLong(~revision.value()).array();
    }

    /// {@return what the keys of all old versions of a key begin with}
    public static byte[] versionPrefix(Bytes key) {
        var content = key.unsafe();
        var bytes = new byte[2 * content.length + 2];
        var length = 0;
        for (var each : content) {
            bytes[length++] = each;
            if (each == 0) {
                bytes[length++] = (byte) 0xff;
            }
        }
        bytes[length++] = 0;
        bytes[length++] = 1;
        return Arrays.copyOf(bytes, length);
    }

    /// {@return the key whose old version has a row with this key}
    public static Bytes versionedKey(byte[] rowKey) {
        var end = rowKey.length - Long.BYTES - 2;
        var content = new byte[end];
        var length = 0;
        for (var i = 0; i < end; i++) {
            content[length++] = rowKey[i];
            if (rowKey[i] == 0) {
                i++;
            }
        }
        return Bytes.wrap(Arrays.copyOf(content, length));
    }

    /// {@return the revision of the old version with this row key}
    public static Revision versionRevision(byte[] rowKey) {
        return new Revision(~ByteBuffer.wrap(rowKey).getLong(rowKey.length - Long.BYTES));
    }

    /// {@return the row of a version that is a deletion}
    public static byte[] deletion() {
        return new byte[0];
    }

    /// {@return the version whose row that is; empty for a deletion}
    public static Optional<OwnedKey> decodeVersion(Bytes key, byte[] row) {
        return row.length == 0 ? Optional.empty() : Optional.of(decode(key, row));
    }

    private static void putNumber(ByteBuffer bytes, long number) {
        var rest = number;
        while ((rest & ~0x7fL) != 0) {
            bytes.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.put((byte) rest);
    }

    private static long number(ByteBuffer bytes) {
        var number = 0L;
        for (var shift = 0; shift < 70; shift += 7) {
            var next = bytes.get();
            number |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return number;
            }
        }
        throw new ArithmeticException("a number of more than ten bytes");
    }
}
