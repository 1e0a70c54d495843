// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.model.DirectoryContents;
import org.krg.checkpoint.model.ImageFile.Holder;
import org.krg.checkpoint.model.Inspection;
import org.krg.checkpoint.model.Manifest.Entry;
import org.krg.checkpoint.model.Manifest.Origin;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.PinnedThread;
import org.krg.checkpoint.model.ProcessTree;
import org.krg.checkpoint.model.SavedFile;
import org.krg.checkpoint.model.SocketQueue;
import org.krg.checkpoint.model.TreePlaces;
import org.krg.state.model.Engine;
import org.krg.state.model.Identity;

/// What `/proc` says about a cell, and the files inside it.
public interface CellFiles {
    /// {@return the processes of a cell, their descriptors and mappings}
    ProcessTree scan(CellView cell) throws IOException;

    /// {@return the same of a cell that stands still, without its unix sockets: to ask for those
    /// takes longer than the rest}
    ProcessTree scanStill(CellView cell) throws IOException;

    /// {@return how many bytes the images of a cell's program have at least: its memory that is no
    /// file's and not shared}
    long ownMemoryBytes(CellView cell) throws IOException;

    /// Waits until no task of a cell, frozen or not, is between `vfork(2)` and the start of the
    /// child's program, where CRIU cannot stop it.
    ///
    /// @param limit zero looks once, at a frozen cell
    /// @return a task that still is, by name and pid of the machine
    Optional<String> awaitNoVfork(CellView cell, Duration limit) throws IOException;

    /// Waits until nothing waits at a socket of a cell, frozen or not, that CRIU cannot save:
    /// connections that were not accepted, bytes within the program that were not sent.
    ///
    /// @param limit zero looks once
    /// @return a socket that still has some
    Optional<SocketQueue> awaitQueues(CellView cell, Duration limit) throws IOException;

    /// Starts the timers of a restored cell, which stands still, that CRIU has brought back
    /// stopped.
    void startTimers(CellView cell) throws IOException;

    /// Lets threads of a restored cell, which stands still, run on the processors they were pinned
    /// to, as far as the cell may use those here.
    ///
    /// @return those that run on all that the cell may use
    List<Unpinned> pin(CellView cell, List<PinnedThread> pinned) throws IOException;

    /// A thread that could not be pinned again.
    ///
    /// @param problem a clause
    record Unpinned(PinnedThread thread, String problem) {}

    /// {@return what else there is to know about the running tree of a cell before it is saved}
    Inspection inspect(CellView cell, ProcessTree tree) throws IOException;

    /// {@return where the processes of a tree are among the files}
    TreePlaces places(ProcessTree tree) throws IOException;

    /// {@return all that is below a directory of a cell, as its program's user may see it}
    DirectoryContents contents(CellView cell, String directory) throws IOException;

    /// {@return what opens files of a cell as its program may}
    Reading reading(CellView cell) throws IOException;

    /// Opens files of a cell, with no more rights than its program has. Used by one thread.
    interface Reading extends AutoCloseable {
        /// {@return a file, to be read}
        ///
        /// @throws AccessDeniedException if the program's user may not read it
        FileChannel open(SavedFile file) throws IOException;

        @Override
        void close();
    }

    /// {@return whether the standard input of a cell's program has ended: its init keeps the FIFO
    /// `io/in` open for as long as there may be more}
    boolean hasInputEnded(CellView cell) throws IOException;

    /// {@return what this machine is}
    Origin origin(Engine engine, String engineVersion) throws IOException;

    /// {@return what a restored program, which stands still, has open, mapped or as a working
    /// directory though its user could not open it: a clause; empty if there is none, or its user
    /// is root}
    Optional<String> findForeign(CellView cell) throws IOException;

    /// {@return those of `paths` that the program's user could not make: the directory where each
    /// was, or the nearest that is still there, is closed to that user} Where the file system does
    /// not tell, none.
    Set<String> findUnmakeable(CellView cell, Set<String> paths) throws IOException;

    /// {@return a file as it is on this node now, read from its beginning; empty if it is not
    /// there, no regular file, or not one that the program's user may read}
    Optional<Present> open(CellView cell, String path) throws IOException;

    /// {@return what came of opening a file as the program of a cell would: with its rights, and
    /// where it is}
    Tried tryOpen(CellView cell, Opening opening) throws IOException;

    /// {@return what came of opening a file as a user would, outside of any cell}
    Tried tryOpen(Identity user, Opening opening) throws IOException;

    /// What came of opening a file.
    ///
    /// @param identity of the file; empty if it could not be opened as it is to be
    /// @param problem a clause; empty if it was opened
    record Tried(String identity, String problem) {}

    /// {@return the identity of the file that a descriptor in a cell refers to}
    String identity(CellView cell, Holder holder) throws IOException;

    /// A file on this node.
    ///
    /// @param mode permission bits
    record Present(long sizeBytes, int mode, InputStream content) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            content.close();
        }
    }

    /// Cuts a file to the size of `entry`, with the rights of the program.
    void cut(CellView cell, Entry entry) throws IOException;

    /// Writes a file anew, with the rights of the program, and gives it its mode. Makes missing
    /// directories above it.
    void write(CellView cell, Entry entry, InputStream content) throws IOException;

    /// Gives a file or a directory its mode, with the rights of the program.
    void setMode(CellView cell, Entry entry) throws IOException;

    /// Makes a directory and those above it that are missing, with the rights of the program.
    void makeDirectory(CellView cell, Entry entry) throws IOException;

    /// Makes a symbolic link, also in the place of another, with the rights of the program.
    void link(CellView cell, Entry entry, String target) throws IOException;

    /// Removes files, links and directories with all that is in them, with the rights of the
    /// program.
    void remove(CellView cell, List<String> paths) throws IOException;
}
