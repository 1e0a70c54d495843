// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.codec.FileImages;
import org.krg.checkpoint.codec.MalformedImage;
import org.krg.checkpoint.core.Substitution;
import org.krg.checkpoint.core.Substitution.Replaced;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;
import org.krg.checkpoint.model.ImageFile.Holder;
import org.krg.checkpoint.model.Manifest;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Kind;
import org.krg.state.model.Engine;
import org.krg.state.model.Substitute;

/// Has a program come back with other files than those it had open. CRIU opens them as root from a
/// path in its images: so what it opened is compared with what the program's user could open just
/// before, and the program has not run until that is done. Used by one thread.
final class Substituting {
    /// Some hundred thousand open files.
    private static final long MOST_BYTES = 64L << 20;

    /// What to do about a file that cannot be opened.
    private static final String REMEDY =
            "Make it there, with the rights of the program's user, or name another file with"
                    + " --substitute-fd";

    private final CellFiles files;
    private final List<Opened> opened = new ArrayList<>();

    /// @param identity of the file that a descriptor is to refer to
    private record Opened(Holder holder, String identity) {}

    Substituting(CellFiles files) {
        this.files = files;
    }

    /// Where an image comes from.
    interface Images {
        byte[] read(Entry image) throws IOException;
    }

    /// {@return what is to be done; fails if it cannot be done with what the program had open}
    static Substitution plan(Manifest manifest, Images images, List<Substitute> wanted)
            throws IOException {
        if (manifest.origin().engine() != Engine.CRIU) {
            throw failed(
                    Code.SUBSTITUTE,
                    "its program is started again and opens its files itself",
                    "Leave --substitute-fd out");
        }
        try {
            var found = FileImages.decode(read(manifest, images));
            var plan = Substitution.of(found, manifest.rootPid(), wanted);
            if (plan.problem().isPresent()) {
                var problem = plan.problem().get();
                throw failed(
                        problem.missing() ? Code.NOT_FOUND : Code.SUBSTITUTE,
                        problem.cause(),
                        problem.remedy());
            }
            return plan;
        } catch (MalformedImage malformed) {
            throw failed(
                    Code.SUBSTITUTE,
                    "its images cannot be understood: " + malformed.getMessage(),
                    "They are of another version of CRIU; leave --substitute-fd out");
        }
    }

    private static SortedMap<String, byte[]> read(Manifest manifest, Images images)
            throws IOException {
        var read = new TreeMap<String, byte[]>();
        for (var entry : manifest.entries()) {
            if (entry.kind() == Kind.IMAGE && FileImages.isOne(entry.name())) {
                if (entry.content().sizeBytes() > MOST_BYTES) {
                    throw new MalformedImage(entry.name() + " is too large");
                }
                read.put(entry.name(), images.read(entry));
            }
        }
        return read;
    }

    /// Writes the images anew, and finds out whether the program's user can open the files.
    void prepare(CellView cell, Path images, Substitution plan) throws IOException {
        for (var replaced : plan.replaced()) {
            var identity = open(cell, replaced);
            replaced.file().holders().forEach(holder -> opened.add(new Opened(holder, identity)));
        }
        var image = images.resolve(FileImages.FILES);
        Files.write(image, FileImages.renamed(Files.readAllBytes(image), plan.paths()));
    }

    private String open(CellView cell, Replaced replaced) throws IOException {
        var found = files.tryOpen(cell, replaced.opening());
        if (found.identity().isEmpty()) {
            throw failed(Code.SUBSTITUTE, found.problem(), REMEDY);
        }
        return found.identity();
    }

    /// Makes sure that the restored program, which has not run, has the very files that were
    /// opened.
    void verify(CellView cell) throws IOException {
        for (var each : opened) {
            if (!files.identity(cell, each.holder()).equals(each.identity())) {
                throw failed(
                        Code.SUBSTITUTE,
                        each.holder() + " got another file than the one that was there before",
                        "Leave the files alone while the program is restored");
            }
        }
    }

    private static CheckpointFailed failed(Code code, String cause, String remedy) {
        return Failures.of(Phase.RESTORE, code, cause, remedy);
    }
}
