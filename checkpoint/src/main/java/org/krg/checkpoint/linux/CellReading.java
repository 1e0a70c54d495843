// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.engine.CellFiles;
import org.krg.checkpoint.model.OpenFile;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.SavedFile.Source;
import org.krg.linux.Descriptor;
import org.krg.linux.LinuxException;
import org.krg.linux.UserRoot;

/// Opens files of one cell as its program may.
final class CellReading implements CellFiles.Reading {
    private final UserRoot root;

    CellReading(CellView cell) throws IOException {
        this.root = CellRoot.open(cell);
    }

    @Override
    public FileChannel open(SavedFile file) throws IOException {
        return switch (file.source()) {
            case Source.Held(var link) -> FileChannel.open(Path.of(link), StandardOpenOption.READ);
            case Source.WriteOnly(var link) ->
                    opened(file.path(), () -> root.openLinked(Path.of(link), true, false));
            case Source.ByPath() -> opened(file.path(), () -> root.read(file.path()));
        };
    }

    private interface Opening {
        Descriptor open();
    }

    private static FileChannel opened(String path, Opening opening) throws IOException {
        try (var opened = opening.open()) {
            if (UnixStat.type(opened.link()) != OpenFile.Type.REGULAR) {
                throw new NoSuchFileException(path, null, "no regular file");
            }
            return FileChannel.open(opened.link(), StandardOpenOption.READ);
        } catch (LinuxException failure) {
            if (failure.errno().isDenied()) {
                throw new AccessDeniedException(path);
            }
            if (failure.errno().isMissing()) {
                throw new NoSuchFileException(path);
            }
            throw new IOException(failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        root.close();
    }
}
