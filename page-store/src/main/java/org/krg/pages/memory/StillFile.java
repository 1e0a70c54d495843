// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file beside the socket: while it is there libkrg connects to nobody.
///
/// @param path the socket as the processes name it, and `.still`
record StillFile(Path path) implements Detaching.Gate {
    @Override
    public void shut() {
        try {
            Files.deleteIfExists(path);
            Files.createFile(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void open() {
        try {
            Files.deleteIfExists(path);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
