// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.List;
import org.krg.host.ProgramQuestion;
import org.krg.host.ResolvedProgram;
import org.krg.host.model.Footprint;
import org.krg.host.model.Obstacle;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.model.Identity;
import org.krg.state.model.NodeId;

/// The executable files of this machine.
public interface Programs {
    /// {@return the program that `name` stands for}
    ResolvedProgram resolve(String name, String searchPath, String workingDirectory, Identity user);

    /// {@return whether this machine has the program}
    ProgramFacts probe(ProgramQuestion question);

    /// {@return the files with digests where the content counts} One that is gone is left out: what
    /// is deleted cannot be missed elsewhere.
    List<Footprint.NeededFile> digests(List<Checkpointing.UsedFile> files);

    /// {@return the files with what tells whether another node has the same}
    List<Footprint.HeldFile> identified(List<Checkpointing.LoneFile> files);

    /// {@return the paths that lead to a file of this machine; those of the cell's own are left
    /// out, every cell has them}
    List<Footprint.NeededPath> needed(List<Checkpointing.LonePath> paths, Identity user);

    /// {@return what this machine's processor can do, as the kernel names it}
    List<String> cpuFeatures();

    /// {@return what this machine lacks of what a program needs, and what it shares and must not}
    List<Obstacle> lacks(NodeId self, Footprint.Needs needs);
}
