// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import org.krg.checkpoint.ArchiveSeal;
import org.krg.checkpoint.codec.ArchiveHeadCodec;
import org.krg.checkpoint.codec.ManifestCodec;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.ChunkHash;
import org.krg.state.model.Generation;

/// Writes a generation that is whole here as an archive; see [ArchiveForm]. Used by one thread.
record ArchiveWriting(ChunkStore store, ArchiveSeal seal, Compression compression) {
    void write(Generation generation, ArchiveHead about, OutputStream out) throws IOException {
        var manifest =
                store.findManifest(generation.id(), generation.manifest())
                        .orElseThrow(() -> damaged("the manifest"));
        var head = ArchiveHeadCodec.encode(about);
        var signature = seal.sign(ArchiveForm.signed(head, manifest));
        var digest = ArchiveForm.digest();
        var whole = new DataOutputStream(new DigestOutputStream(out, digest));
        new ArchiveForm.Opening(head, signature.certificate(), signature.bytes(), manifest)
                .write(whole);
        try (var contents = compression.compressed(whole)) {
            for (var entry : ManifestCodec.decode(manifest).entries()) {
                new TreeStream(entry.content(), this::require).transferTo(contents);
            }
        }
        whole.flush();
        out.write(digest.digest());
        out.flush();
    }

    private byte[] require(ChunkHash hash) throws IOException {
        return store.find(hash).orElseThrow(() -> damaged("chunk " + hash));
    }

    private static ChunksMissing damaged(String what) {
        return new ChunksMissing(
                what + " is damaged or gone here: checkpoint verify repairs it from a copy");
    }
}
