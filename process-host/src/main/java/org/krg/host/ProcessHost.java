// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.Verified;
import org.krg.host.model.Footprint;
import org.krg.host.model.Obstacle;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Identity;
import org.krg.state.model.MigrationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Substitute;

/// What can be done with the processes of this node, and with this node only.
///
/// Safe for use from any thread. Methods may block on files for a moment and fail with
/// [HostFailure]; futures complete exceptionally with it.
public interface ProcessHost {
    /// Sends a signal to the program's first process, or with `all` to every process of the cell.
    void signal(ProcessId process, Epoch epoch, int signal, boolean all);

    /// {@return whether an incarnation on this node stands still now}
    boolean stands(ProcessId process, Epoch epoch);

    /// Takes a checkpoint and completes once it is committed. A checkpoint that is under way is
    /// waited for, then a new one is taken.
    CompletableFuture<Generation> checkpoint(ProcessId process, boolean pinned);

    /// {@return what a running program of this node consists of} Nothing is frozen.
    Footprint footprint(ProcessId process, Epoch epoch);

    /// {@return what this node lacks of what a program needs}
    List<Obstacle> lacks(Footprint.Needs needs);

    /// {@return how far the part of a move is that this node does; empty when it does none}
    Optional<MoveProgress> progress(MigrationId migration);

    /// {@return what an incarnation wrote from `offset` on, at most `maxBytes`} Never waits: at the
    /// present end of the stream the chunk is empty.
    OutputChunk output(
            ProcessId process, Epoch epoch, OutputStreamName stream, long offset, int maxBytes);

    /// {@return where an incarnation was brought back, in its own output} Empty when it started
    /// from the beginning.
    List<RestartMark> restartMarks(ProcessId process, Epoch epoch);

    /// Hands bytes to the program's standard input, and ends it if `end` and all were taken. Blocks
    /// for some seconds while the program does not read.
    ///
    /// @return how many were taken: fewer where it does not read, or as many as may wait for that
    /// @throws HostFailure of the code `CONFLICT` or `NOT_FOUND` if it takes no input now: nothing
    ///   was taken then
    int writeStdin(ProcessId process, Epoch epoch, byte[] bytes, boolean end);

    /// Tells a program how large its terminal is.
    void resize(ProcessId process, Epoch epoch, int rows, int columns);

    /// {@return what a generation holds, read from this node's copy}
    GenerationContents inspect(GenerationId generation);

    /// {@return how the program of a generation of which this node has a copy would open files that
    /// are to take the place of others} Fails with `NOT_FOUND` if it has no such open file, with
    /// `CONFLICT` if one cannot be replaced.
    List<Opening> openings(GenerationId generation, List<Substitute> substitutes);

    /// {@return why a user cannot open files of this node, a clause for each}
    List<String> unopenable(Identity user, List<Opening> openings);

    /// {@return what reading every byte of this node's copy of a generation gave} What was damaged
    /// is put right from another copy. Blocks for as long as that takes; fails with `CORRUPT` if
    /// something stays damaged.
    Verified verify(GenerationId generation);

    /// Writes a generation of which this node has a whole copy, as after [#verify], as an archive.
    void export(GenerationId generation, OutputStream out);

    /// {@return an archive that comes in, once it is known who has signed it}
    ///
    /// @param authority of another cluster, DER, whose nodes are believed for this once
    IncomingCheckpoint open(InputStream archive, Optional<byte[]> authority);

    /// {@return a generation of which this node has a copy, on its way to another process}
    IncomingCheckpoint duplicate(GenerationId generation);

    /// {@return what `to` has that `from` has not, read from this node's copies}
    GenerationDiff diff(GenerationId from, GenerationId to);

    /// {@return the program that `name` stands for when `user` calls it, and its digest}
    ///
    /// @param searchPath the value of `PATH`, used when `name` has no slash
    /// @param workingDirectory what a relative name starts from
    ResolvedProgram resolve(String name, String searchPath, String workingDirectory, Identity user);

    /// {@return whether this node has a program that was resolved on another one}
    ProgramFacts probe(ProgramQuestion question);

    /// {@return what this node can do and cannot}
    NodeReport report();
}
