// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.files;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.krg.checkpoint.KeyUnknown;
import org.krg.checkpoint.StoreKey;
import org.krg.checkpoint.StoreKeys;
import org.krg.state.model.InvariantBroken;

/// How one file is encrypted: its pieces with AES-256-GCM, under a key that is derived from the
/// node's key and a salt that no other file has. The nonce of a piece is where it begins in the
/// file and which part of the block it is: a file is written once, so that no key sees a nonce
/// twice. Whatever is moved within the file or comes from another one does not open.
///
/// The file begins with u32 mark, u32 form, u64 number of the node's key, 16 bytes of salt, and
/// CRC-32C of these, which tells a damaged head from a key that is lost. Safe for use by several
/// threads.
final class FileSeal {
    /// Length of what the file begins with.
    static final int HEAD_BYTES = 36;

    /// By which a piece becomes longer.
    static final int TAG_BYTES = 16;

    private static final int FORM = 1;
    private static final int SALT_BYTES = 16;
    private static final int NONCE_BYTES = 12;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] head;
    private final long keyId;
    private final SecretKey key;

    /// What a file is.
    enum Kind {
        PACK(0x4b524745, "krg pack"), // "KRGE"
        MANIFEST(0x4b52474d, "krg manifest"); // "KRGM"

        private final int mark;
        private final String purpose;

        Kind(int mark, String purpose) {
            this.mark = mark;
            this.purpose = purpose;
        }
    }

    private FileSeal(Kind kind, byte[] head, StoreKey nodeKey) {
        this.head = head;
        this.keyId = nodeKey.id();
        var salt = ByteBuffer.wrap(head).slice(2 * Integer.BYTES + Long.BYTES, SALT_BYTES);
        var bytes = new byte[SALT_BYTES];
        salt.get(bytes);
        this.key = nodeKey.derive(bytes, kind.purpose);
    }

    /// {@return the seal of a new file}
    static FileSeal make(Kind kind, StoreKey nodeKey) {
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        var head =
                ByteBuffer.allocate(HEAD_BYTES)
                        .putInt(kind.mark)
                        .putInt(FORM)
                        .putLong(nodeKey.id())
                        .put(salt);
        head.putInt(crc(head.array()));
        return new FileSeal(kind, head.array(), nodeKey);
    }

    /// {@return whether a file that begins so is encrypted}
    static boolean isSealed(Kind kind, ByteBuffer start) {
        return start.remaining() >= Integer.BYTES && start.getInt(start.position()) == kind.mark;
    }

    /// {@return the seal of a file that begins so; empty if its head is damaged}
    ///
    /// @throws KeyUnknown if the key is not here
    static Optional<FileSeal> read(Kind kind, ByteBuffer start, StoreKeys keys, Path file)
            throws KeyUnknown {
        if (start.remaining() < HEAD_BYTES) {
            return Optional.empty();
        }
        var head = new byte[HEAD_BYTES];
        start.get(start.position(), head);
        var bytes = ByteBuffer.wrap(head);
        if (bytes.getInt(0) != kind.mark
                || bytes.getInt(Integer.BYTES) != FORM
                || bytes.getInt(HEAD_BYTES - Integer.BYTES) != crc(head)) {
            return Optional.empty();
        }
        var id = bytes.getLong(2 * Integer.BYTES);
        var nodeKey = keys.find(id).orElseThrow(() -> new KeyUnknown(file, id));
        return Optional.of(new FileSeal(kind, head, nodeKey));
    }

    private static int crc(byte[] head) {
        var crc = new CRC32C();
        crc.update(head, 0, HEAD_BYTES - Integer.BYTES);
        return (int) crc.getValue();
    }

    /// {@return what the file begins with}
    byte[] head() {
        return head.clone();
    }

    /// {@return the number of the node's key}
    long keyId() {
        return keyId;
    }

    /// {@return a piece, encrypted}
    ///
    /// @param place where its block begins in the file
    /// @param part of the block
    /// @param bound has to be the same when it is opened
    byte[] seal(long place, int part, byte[] bound, ByteBuffer piece) {
        try {
            return run(Cipher.ENCRYPT_MODE, place, part, bound, piece);
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has AES with GCM", impossible);
        }
    }

    /// {@return the piece as it was; empty if it is another one, or was sealed elsewhere}
    Optional<ByteBuffer> open(long place, int part, byte[] bound, ByteBuffer sealed) {
        if (sealed.remaining() < TAG_BYTES) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    ByteBuffer.wrap(run(Cipher.DECRYPT_MODE, place, part, bound, sealed)));
        } catch (AEADBadTagException tampered) {
            return Optional.empty();
        } catch (GeneralSecurityException impossible) {
            throw new InvariantBroken("every JDK has AES with GCM", impossible);
        }
    }

    private byte[] run(int mode, long place, int part, byte[] bound, ByteBuffer piece)
            throws GeneralSecurityException {
        var nonce = ByteBuffer.allocate(NONCE_BYTES).putInt(part).putLong(place).array();
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce));
        cipher.updateAAD(bound);
        var result = new byte[cipher.getOutputSize(piece.remaining())];
        cipher.doFinal(piece.duplicate(), ByteBuffer.wrap(result));
        return result;
    }
}
