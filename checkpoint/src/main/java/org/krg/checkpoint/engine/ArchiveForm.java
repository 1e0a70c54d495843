// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.state.model.InvariantBroken;

/// What an archive looks like:
///
///     8 bytes   krg-ckpt
///     u32       form, 1
///     u32, …    head, archive.proto
///     u32, …    certificate of the node that wrote it, DER
///     u32, …    its signature over form, head and manifest
///     u32, …    manifest, manifest.proto
///     …         the contents of the manifest's entries, one behind the other, as a zstd frame
///     32 bytes  SHA-256 of all before
///
/// There are no names but those in the manifest, which is signed, and each content must have the
/// hash that the manifest says: whoever reads it writes nothing that was not checked.
final class ArchiveForm {
    static final int DIGEST_BYTES = 32;

    private static final byte[] MAGIC = "krg-ckpt".getBytes(StandardCharsets.US_ASCII);
    private static final int FORM = 1;

    /// A job's environment and command line, at most as the log takes them.
    private static final int MAX_HEAD = 8 << 20;

    private static final int MAX_CERTIFICATE = 16 << 10;
    private static final int MAX_SIGNATURE = 1 << 10;

    /// As a store takes them.
    private static final int MAX_MANIFEST = 64 << 20;

    private ArchiveForm() {}

    /// What stands before the contents.
    @SuppressWarnings("ArrayRecordComponent") // Handed on, never compared.
    record Opening(byte[] head, byte[] certificate, byte[] signature, byte[] manifest) {
        void write(DataOutputStream out) throws IOException {
            out.write(MAGIC);
            out.writeInt(FORM);
            for (var part : new byte[][] {head, certificate, signature, manifest}) {
                out.writeInt(part.length);
                out.write(part);
            }
        }

        /// Throws [CheckpointFailed] if there is none.
        static Opening read(DataInputStream in) throws IOException {
            if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
                throw Failures.of(
                        Phase.IMPORT,
                        Code.UNKNOWN_FORM,
                        "this is no archive of a checkpoint: one begins with "
                                + new String(MAGIC, StandardCharsets.US_ASCII),
                        "name a file that `krg-admin checkpoint export ID FILE` wrote");
            }
            var form = in.readInt();
            if (form != FORM) {
                throw Failures.of(
                        Phase.IMPORT,
                        Code.UNKNOWN_FORM,
                        "the archive is of form " + form + ", this krg knows form " + FORM,
                        "Import it where it was written, or with that version of krg");
            }
            return new Opening(
                    part(in, "head", MAX_HEAD),
                    part(in, "certificate", MAX_CERTIFICATE),
                    part(in, "signature", MAX_SIGNATURE),
                    part(in, "manifest", MAX_MANIFEST));
        }

        // What is not there takes no memory, whatever length is said.
        private static byte[] part(DataInputStream in, String name, int most) throws IOException {
            var length = in.readInt();
            if (length < 0 || length > most) {
                throw corrupt(
                        "its %s says it has %d bytes, and none has more than %d"
                                .formatted(name, Integer.toUnsignedLong(length), most));
            }
            var bytes = in.readNBytes(length);
            if (bytes.length < length) {
                throw corrupt("it ends within its " + name);
            }
            return bytes;
        }

        byte[] signed() {
            return ArchiveForm.signed(head, manifest);
        }
    }

    /// {@return what is signed}
    static byte[] signed(byte[] head, byte[] manifest) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            out.write(MAGIC);
            out.writeInt(FORM);
            out.writeInt(head.length);
            out.write(head);
            out.writeInt(manifest.length);
            out.write(manifest);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    static CheckpointFailed corrupt(String what) {
        return Failures.of(
                Phase.IMPORT,
                Code.CORRUPT,
                "the archive is damaged: " + what,
                "Export it again, or take another copy of the file");
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new InvariantBroken("every JDK has SHA-256", impossible);
        }
    }
}
