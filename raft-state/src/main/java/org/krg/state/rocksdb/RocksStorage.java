// SPDX-License-Identifier: Apache-2.0
package org.krg.state.rocksdb;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import org.krg.state.engine.FileDigests;
import org.krg.state.engine.RowStore;
import org.krg.state.engine.Storage;
import org.krg.state.engine.StorageFailed;
import org.rocksdb.NativeLibraryLoader;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/// The directory of the rows: `db` is the live RocksDB, `db.new` one that is being made, `db.old`
/// one that is being deleted, `native` the C++ library.
public final class RocksStorage implements Storage {
    private final Path directory;
    private final Path live;
    private final Path coming;
    private final Path going;

    /// Uses `directory`, which is made when it is missing.
    public RocksStorage(Path directory) {
        this.directory = directory;
        this.live = directory.resolve("db");
        this.coming = directory.resolve("db.new");
        this.going = directory.resolve("db.old");
    }

    @Override
    public RowStore open() {
        try {
            Files.createDirectories(directory);
            loadLibrary();
            deleteAll(coming);
            deleteAll(going);
            var rows = new RocksRows(live, false);
            // RocksDB forces the names in its directory, not the name of the directory.
            force(directory);
            return rows;
        } catch (IOException failed) {
            throw new StorageFailed("cannot use the directory " + directory, failed);
        }
    }

    @Override
    public RowStore openCopy(Path checkpoint) {
        try {
            loadLibrary();
            return new RocksRows(checkpoint, true);
        } catch (IOException failed) {
            throw new StorageFailed("cannot use the directory " + directory, failed);
        }
    }

    @Override
    public void replaceBy(Path checkpoint) {
        try {
            deleteAll(coming);
            deleteAll(going);
            Files.createDirectories(coming);
            copy(checkpoint, coming);
            force(coming);
            if (Files.exists(live)) {
                Files.move(live, going, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(coming, live, StandardCopyOption.ATOMIC_MOVE);
            force(directory);
            deleteAll(going);
        } catch (IOException failed) {
            throw new StorageFailed("cannot take over " + checkpoint, failed);
        }
    }

    @Override
    public void clear() {
        try {
            deleteAll(live);
        } catch (IOException failed) {
            throw new StorageFailed("cannot remove " + live, failed);
        }
    }

    @Override
    public void verifyTable(Path table) {
        try {
            loadLibrary();
        } catch (IOException failed) {
            throw new StorageFailed("cannot use the directory " + directory, failed);
        }
        try (var options = new Options();
                var reader = new SstFileReader(options)) {
            reader.open(table.toString());
            reader.verifyChecksum();
        } catch (RocksDBException failed) {
            throw RocksFailure.of(
                    table.resolveSibling("").normalize(), "cannot read " + table, failed);
        }
    }

    /// Unpacks the C++ library into this node's own directory. By default it goes to a new file of
    /// 17 MB under `/tmp` at each start, which a killed agent leaves behind; one directory for
    /// several agents would have them overwrite each other's file while it is loaded.
    private void loadLibrary() throws IOException {
        var own = Files.createDirectories(directory.resolve("native"));
        NativeLibraryLoader.getInstance().loadLibrary(own.toString());
        RocksDB.loadLibrary();
    }

    /// Table files are never written again and are linked; all others RocksDB may change, so they
    /// are copied. Checksums that Ratis puts beside files it received stay behind.
    private static void copy(Path from, Path to) throws IOException {
        try (var files = Files.list(from)) {
            for (var file : files.sorted().toList()) {
                var name = file.getFileName().toString();
                if (name.endsWith(".sst")) {
                    linkOrCopy(file, to.resolve(name));
                } else if (!name.endsWith(".md5") && !name.equals(FileDigests.NAME)) {
                    copyDurably(file, to.resolve(name));
                }
            }
        }
    }

    private static void linkOrCopy(Path file, Path copy) throws IOException {
        try {
            Files.createLink(copy, file);
            // One that was received is not forced yet.
            force(copy);
        } catch (FileAlreadyExistsException twice) {
            throw twice;
        } catch (FileSystemException | UnsupportedOperationException otherFileSystem) {
            copyDurably(file, copy);
        }
    }

    private static void copyDurably(Path file, Path copy) throws IOException {
        Files.copy(file, copy);
        force(copy);
    }

    private static void force(Path path) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static void deleteAll(Path path) throws IOException {
        if (!Files.exists(path)) {
            return;
        }
        try (var files = Files.walk(path)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
