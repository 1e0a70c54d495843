// SPDX-License-Identifier: Apache-2.0

/// Generations of process images that survive faults.
///
/// A checkpoint is taken of a cell, a tree of processes in namespaces and a cgroup of its own:
///
/// | step | the program | what a crash leaves |
/// | --- | --- | --- |
/// | preflight: every blocker at once | runs | nothing |
/// | freeze, drain its output, dump, snapshot of files open for writing | stands still | a frozen cell, a directory in `tmp` |
/// | thaw | runs | a directory in `tmp` |
/// | cut into chunks, store the new ones, write the manifest | runs | an unreferenced pack or manifest |
/// | copy to other nodes, each verifies and acknowledges | runs | the same |
/// | the caller commits the record | runs | a generation |
///
/// A generation exists when its record is committed in the cluster's log; the record names the
/// digest of the manifest, and the manifest, a tree of hashes, names every byte. Whatever does not
/// match is not used: it is fetched from another copy, reported and put right.
///
/// This package is the module's public face: [Checkpoints], and [CellView], through which it sees
/// the cells of the agent.
@NullMarked
package org.krg.checkpoint;

import org.jspecify.annotations.NullMarked;
