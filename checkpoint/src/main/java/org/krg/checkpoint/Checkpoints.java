// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.Blocker;
import org.krg.checkpoint.model.Contents;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.Prepared;
import org.krg.checkpoint.model.Restored;
import org.krg.checkpoint.model.Scanned;
import org.krg.checkpoint.model.StoredManifest;
import org.krg.checkpoint.model.Survey;
import org.krg.checkpoint.model.TakeOptions;
import org.krg.checkpoint.model.Taken;
import org.krg.checkpoint.model.Verified;
import org.krg.state.model.Generation;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;
import org.krg.state.model.Substitute;

/// Takes generations of processes and brings processes back from them.
///
/// Safe for use by several threads; one cell is in use by one call at a time. All methods block,
/// some as long as a copy over the network takes: call them on a virtual thread. What goes wrong is
/// a [CheckpointFailed].
public interface Checkpoints {
    /// {@return what would keep the program of a cell from being saved; all of it, nothing is
    /// frozen}
    default List<Blocker> preflight(CellView cell, TakeOptions options) {
        return survey(cell, options).blockers();
    }

    /// {@return the bytes that are free where images are put}
    long freeBytes();

    /// {@return what the program of a cell consists of; nothing is frozen}
    Survey survey(CellView cell, TakeOptions options);

    /// Takes a generation: saves the program, which goes on after the dump, and has as many copies
    /// made as `options` ask for. It exists when the caller has committed `generation` of the
    /// answer; if that fails, the caller calls [#discard].
    ///
    /// After a failure the program runs or stands as before, except as `leaveFrozen` of
    /// [TakeOptions] says, and the failure says which; older generations are untouched, and nothing
    /// is left of this one here.
    default Taken take(CellView cell, TakeOptions options) {
        return take(cell, options, CopyProgress.NONE);
    }

    /// Takes a generation, and tells how far its copies are.
    Taken take(CellView cell, TakeOptions options, CopyProgress progress);

    /// Gets ready for a restore, before there is a cell: fetches what is missing or damaged here
    /// from the nodes in `generation.copies()`, reports and puts right what was damaged, and writes
    /// the program's output so far to the files that the cell will append to. This node has a whole
    /// copy afterwards.
    Prepared prepare(Generation generation, Path stdout, Path stderr);

    /// Brings a program back in `target`, a fresh cell made for it after [#prepare]: puts back the
    /// files it had open for writing, restores its processes, which get the generation's
    /// `substitutes` in the place of files they had: into those nothing is written. They run when
    /// this returns, or, if `frozen`, stand still without having run, as if the cell had been
    /// frozen; the owner of the cell then tells the cell so. After a failure the owner removes the
    /// cell.
    Restored restore(Generation generation, CellView target, boolean frozen);

    /// Brings a program back from a generation that was taken without memory, in `target`, a fresh
    /// cell made for it after [#prepare]. It stands still when this returns, and its memory comes
    /// from `source`, where it stands still too, and has to until all of it is there. After a
    /// failure the owner removes the cell.
    ///
    /// @param limit how long the memory may take
    FollowingMemory restoreFollowed(
            Generation generation, CellView target, NodeId source, Duration limit);

    /// {@return how the program of a generation would open the files that are to take the place of
    /// others} Fails if it has no such open file, or one that cannot be replaced.
    List<Opening> openings(Generation generation, List<Substitute> substitutes);

    /// {@return why a user cannot open files of this node as a program of theirs is to have them, a
    /// clause for each}
    List<String> unopenable(Identity user, List<Opening> openings);

    /// Reads every byte of a generation and puts right what is damaged or missing; afterwards this
    /// node has a whole copy.
    Verified verify(Generation generation);

    /// {@return what reading every byte of this node's copy gave} Nothing is put right, and nothing
    /// waits for it however long it takes.
    Scanned scan(Generation generation, Pace pace);

    /// {@return what `to` has that `from` has not} Of both, this node has a copy.
    GenerationDiff diff(Generation from, Generation to);

    /// {@return what a generation holds, from its manifest}
    Contents inspect(Generation generation);

    /// Writes a generation as an archive; it is whole here, as after [#verify]. What is damaged
    /// ends it in the middle.
    void export(Generation generation, ArchiveHead head, OutputStream out);

    /// {@return an archive that comes in, once it is known who has signed it}
    ///
    /// @param authority of another cluster, DER, that is believed for this once
    IncomingGeneration open(InputStream archive, Optional<byte[]> authority);

    /// {@return a generation that is to be one of another process too; made whole here}
    ///
    /// @param head what is said of its job
    IncomingGeneration duplicate(Generation generation, ArchiveHead head);

    /// {@return the manifests that this node has, in order of the generations}
    List<StoredManifest> stored();

    /// Removes what this node has of one generation, durably; another one of its number stays. The
    /// chunks that only it used go with the next [#sweep].
    void discard(StoredManifest stored);

    /// Removes chunks that no generation of this node needs any more. To be called every now and
    /// then: what could not be removed yet is left to the next call.
    ///
    /// @return bytes that were freed
    long sweep();

    /// {@return bytes that this node does not keep as what it takes now: under another key, in the
    /// clear, or encrypted}
    long outdatedBytes();

    /// Keeps all as what is taken now. Takes and restores go on in between. When it returns 0,
    /// nothing is read or written with any key but the present one.
    ///
    /// @return bytes for which it did not succeed, since something is damaged: `verify` repairs it
    long renew();
}
