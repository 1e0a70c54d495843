// SPDX-License-Identifier: Apache-2.0

/// Decisions of the agent, as plain functions: what to do with each cell, when to take a
/// checkpoint, which generations to keep, whose lease is over.
///
/// [Reconciler] compares what was agreed with what is seen. A cell belongs to an epoch; "agreed
/// here" means that the process is assigned to this node with that epoch.
///
/// | agreed | seen | done |
/// | --- | --- | --- |
/// | starting here | nothing | start, or restore from the generation of the origin |
/// | starting here | an older incarnation of it, not over | nothing but to kill that |
/// | starting here | a cell without its program, at which nobody works | discard it (and begin again) |
/// | starting here | a program, running or ended by itself | report: started |
/// | starting here | could not be executed, or vanished | report: start failed |
/// | running here | nothing, or a cell without its program | report: vanished |
/// | running here | runs, frozen, nobody takes a checkpoint | thaw |
/// | running here | runs, its job is ordered to end | signal once; kill when the grace is over |
/// | running here | ended | report: exit, or vanished |
/// | not here, or a newer epoch | a program, or a cell without one | kill |
/// | not here, or a newer epoch | ended | keep its output; beyond the newest 100 remove it |
/// | an epoch this replica has not heard of yet | anything | nothing: the replica is behind |
///
/// A process that moves is agreed to be running at its source until the move is committed, and at
/// its target from then on; that is the first table's part. In between source and target do this:
///
/// | step | node | seen | done |
/// | --- | --- | --- | --- |
/// | warming | source | runs | send its memory ahead, then report: leaving |
/// | leaving | source | runs, or stands still | stop it, save it, hand it over; it is not thawed |
/// | arriving | source | anything | nothing: it is not thawed, nor told to end |
/// | leaving | target | nothing | make its cell, without a program |
/// | arriving | target | nothing, or a cell made ahead at which nobody works | restore it, frozen |
/// | arriving | target | a cell without its program, at which nobody works | discard it (and begin again) |
/// | arriving | target | a program, frozen | report: commit |
/// | arriving | target | ended, or could not be brought back | report: give it up |
/// | resuming | target | runs | report: resumed |
/// | arriving, resuming, pulling | source of a move whose memory follows | stands still | nothing: its memory is read |
/// | pulling | target | all memory has come | report: pulled |
/// | given up | target | the cell that was kept for it | kill |
///
/// Only kills are done while the node does not hold its lease or its replica is older than the
/// lease: everything else could act on an assignment that was taken back meanwhile. Kills are safe
/// with a replica from the past, because the epoch of a process only grows and is never assigned
/// twice.
@NullMarked
package org.krg.host.core;

import org.jspecify.annotations.NullMarked;
