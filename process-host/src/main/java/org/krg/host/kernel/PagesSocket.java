// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.krg.host.model.Isolation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where programs in cells ask for shared memory. A program of another user may not enter the
/// agent's directory: in a full cell the socket has a second name, beside the program's streams.
///
/// @param path the socket
/// @param seenFromCells how programs in cells name it; on every node alike for full cells
public record PagesSocket(Path path, Path seenFromCells) {
    private static final Logger log = LoggerFactory.getLogger(PagesSocket.class);

    /// The directory of a cell's streams as a full cell sees it.
    static final Path IN_CELL = Path.of("/run/krg/cell");

    /// The directory that a program saves itself in, as it sees it in a full cell.
    static final Path STATE_IN_CELL = IN_CELL.resolve("state");

    private static final String NAME = "pages.sock";
    private static final String STREAMS = "io";

    static PagesSocket of(CellsConfig config) {
        var path = config.lease().resolveSibling(NAME);
        return new PagesSocket(
                path, config.isolation() == Isolation.FULL ? IN_CELL.resolve(NAME) : path);
    }

    /// {@return the directory of a cell's streams as its program sees it}
    ///
    /// @param cell the directory of the cell
    static Path streams(CellsConfig config, Path cell) {
        return config.isolation() == Isolation.FULL ? IN_CELL : cell.resolve(STREAMS);
    }

    /// {@return the directory that a program saves itself in}
    ///
    /// @param cell the directory of the cell
    static Path state(Path cell) {
        return cell.resolve(STREAMS).resolve(STATE_IN_CELL.getFileName());
    }

    /// {@return the file that keeps programs of a cell from asking for shared memory: while they
    /// are saved, a connection to the agent would be in the way. libkrg looks for it}
    ///
    /// @param cell the directory of the cell
    static Path still(Path cell) {
        return cell.resolve(STREAMS).resolve(NAME + ".still");
    }

    /// Gives a new socket its name in the cells that there are.
    ///
    /// @param cells the directory of all cells
    public static void link(Path socket, Path cells) {
        if (!Files.isDirectory(cells)) {
            return;
        }
        try (var all = Files.newDirectoryStream(cells)) {
            for (var cell : all) {
                var streams = cell.resolve(STREAMS);
                if (Files.isDirectory(streams)) {
                    Files.deleteIfExists(still(cell));
                    Files.deleteIfExists(streams.resolve(NAME));
                    Files.createLink(streams.resolve(NAME), socket);
                }
            }
        } catch (IOException failure) {
            log.warn("programs in cells do not find shared memory reason={}", failure.toString());
        }
    }
}
