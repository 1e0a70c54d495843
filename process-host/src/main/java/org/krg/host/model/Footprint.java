// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import java.util.List;
import org.krg.state.model.Identity;
import org.krg.state.model.SegmentId;
import org.krg.state.model.Sha256;

/// What a running program consists of, for whoever wants to move it.
///
/// @param unsaved what keeps it from being saved at all
/// @param bound what ties it to its node
/// @param needs what the node that it goes on on must have
/// @param segments of shared memory that it has open
/// @param residentBytes memory in use
public record Footprint(
        List<Obstacle> unsaved,
        List<Obstacle> bound,
        Needs needs,
        List<SegmentId> segments,
        long residentBytes) {
    public Footprint {
        segments = List.copyOf(segments);
        unsaved = List.copyOf(unsaved);
        bound = List.copyOf(bound);
    }

    /// What a node must have, and must not share.
    ///
    /// @param files that the program uses and only reads
    /// @param cpuFeatures of the processor that it has run on so far, as the kernel names them
    /// @param user who it runs as
    /// @param held files that the program has alone
    /// @param paths besides them that the program has in use
    /// @param leastBytes of room that what is saved of it takes
    public record Needs(
            List<NeededFile> files,
            List<String> cpuFeatures,
            Identity user,
            List<HeldFile> held,
            List<NeededPath> paths,
            long leastBytes) {
        public Needs {
            paths = List.copyOf(paths);
            held = List.copyOf(held);
            files = List.copyOf(files);
            cpuFeatures = List.copyOf(cpuFeatures);
        }
    }

    /// A file that must be the same.
    ///
    /// @param digest of its content; all zeros where only the size counts: CRIU opens the file and
    ///   does not map it
    public record NeededFile(String path, long sizeBytes, Sha256 digest) {}

    /// A path that must lead to something alike.
    ///
    /// @param where who has it: `fd 7 of pid 300`, `pid 300`
    /// @param writable whether it was opened for writing
    /// @param checked whether the rights of the user count: they do where they can be told from
    ///   mode, owner and groups where the program is
    public record NeededPath(
            String where, String path, Kind kind, boolean writable, boolean checked) {
        /// What must be there.
        public enum Kind {
            /// The directory that relative paths start from.
            WORKING_DIRECTORY,
            /// A directory that is open.
            DIRECTORY,
            /// A FIFO.
            FIFO,
            /// The directory that the name of a unix socket is in.
            SOCKET_DIRECTORY,
            /// A regular file, or room for one: it goes along.
            WRITTEN,
            /// The directory that is the job's own: what is in it goes along.
            OWN_DIRECTORY
        }
    }

    /// A file that the program cannot have on two nodes at one time, as it would for a moment of a
    /// move if both see the same.
    ///
    /// @param where who has it: `fd 7 of pid 300`
    /// @param kind `lock` or `fifo`
    /// @param identity says which file it is: alike on two nodes if it is the same
    public record HeldFile(String where, String path, String kind, String identity) {}
}
