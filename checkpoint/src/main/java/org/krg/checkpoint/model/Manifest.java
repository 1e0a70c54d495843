// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.time.Instant;
import java.util.List;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.GenerationId;

/// What a generation consists of. Its digest is part of the committed record, so that everything in
/// it, and by the hashes everything it names, is as it was when it was committed.
///
/// @param epoch the incarnation it was taken from
/// @param rootPid the pid of the program inside the cell
/// @param streams how much the program had written; the bytes are entries
/// @param inputEnded whether standard input had ended, though the program may still have to read
/// @param entries images and files that are stored
/// @param needs files that the program uses and that are not stored
/// @param tasks the processes, the root first
public record Manifest(
        GenerationId id,
        Epoch epoch,
        Instant taken,
        Origin origin,
        int rootPid,
        StreamSizes streams,
        boolean inputEnded,
        List<Entry> entries,
        List<Need> needs,
        List<Task> tasks) {
    public Manifest {
        entries = List.copyOf(entries);
        needs = List.copyOf(needs);
        tasks = List.copyOf(tasks);
    }

    /// What made it, and on what.
    ///
    /// @param engineVersion as the engine names it
    /// @param kernel release
    /// @param architecture as `uname -m` prints it
    /// @param cpu model and digest of the features of the processor
    public record Origin(
            Engine engine, String engineVersion, String kernel, String architecture, String cpu) {}

    /// What an entry is.
    public enum Kind {
        /// An image file of the engine; `name` is its file name.
        IMAGE,
        /// Standard output so far.
        STDOUT,
        /// Standard error so far.
        STDERR,
        /// A file that is put back; `name` is its path inside the cell.
        FILE,
        /// The same, and written by appending only.
        APPENDED,
        /// A directory that is made again; `name` is its path inside the cell, and it has no
        /// content.
        DIRECTORY,
        /// A symbolic link that is made again; `name` is its path inside the cell, its content
        /// where it leads to.
        LINK
    }

    /// A stored file.
    ///
    /// @param mode permission bits
    public record Entry(Kind kind, String name, int mode, int uid, int gid, Content content) {}

    /// Bytes as a tree of hashes.
    ///
    /// @param root hash of the topmost node, or of the only chunk
    public record Content(long sizeBytes, ChunkHash root) {}

    /// A file that must be on the node of a restore as it was.
    ///
    /// @param mapped whether the program has it in memory (itself, libraries, data), rather than
    ///   open
    public record Need(String path, long sizeBytes, Instant modified, boolean mapped) {}

    /// One process.
    ///
    /// @param pid inside the cell
    /// @param parent inside the cell
    /// @param threads the process's own included
    /// @param residentBytes memory in use
    /// @param pinned those of its threads that are kept to some processors
    public record Task(
            int pid,
            int parent,
            String name,
            int threads,
            long residentBytes,
            List<PinnedThread> pinned) {
        public Task {
            pinned = List.copyOf(pinned);
        }
    }

    /// {@return all bytes it stands for}
    public long imageBytes() {
        return entries.stream().mapToLong(entry -> entry.content().sizeBytes()).sum();
    }
}
