// SPDX-License-Identifier: Apache-2.0

/// The rules: what a command does to the agreed state.
///
/// [ClusterStateMachine] decides a command into events and folds events into an image. Everything
/// here is a static function of its arguments, the same on every replica: no clock, no randomness,
/// no I/O. A refusal is a value; only a state that contradicts itself throws.
///
/// # The life of a process
///
/// | from | what happens | to | epoch |
/// | --- | --- | --- | --- |
/// | – | `SubmitJob` | Waiting(Beginning) | 0 |
/// | – | `AdmitJob` | Ended(Cancelled), to be restored | 0 |
/// | Waiting | `Place` on a ready node, not before its time | Starting | +1 |
/// | Waiting | `StopJob` | Ended(Cancelled) | = |
/// | Starting | `ReportStarted` | Running | = |
/// | Starting | `ReportStartFailed`, job ordered to stop | Ended(Cancelled) | = |
/// | Starting | `ReportStartFailed`, permanent | Ended(NotStarted) | = |
/// | Starting at the beginning | `ReportStartFailed` | Waiting(Beginning) after a back-off | = |
/// | Starting at the beginning | the last of too many `ReportStartFailed` | Ended(NotStarted) | = |
/// | Starting from a checkpoint | `ReportStartFailed`, the node's own fault | Waiting(the same checkpoint), that node left out for a while | = |
/// | Starting from a checkpoint | `ReportStartFailed` otherwise | by recovery policy | = |
/// | Starting, Running | `ReportExit`, restart policy allows one more | Waiting(Beginning) after a back-off | = |
/// | Starting, Running | `ReportExit` otherwise, or job ordered to stop | Ended(Exited, Signaled) | = |
/// | Starting, Running | `ReportExit` of a program that could not be executed | Ended(NotStarted) | = |
/// | Starting, Running | `ReportVanished`, `FenceNode`, a new incarnation of the node | by recovery policy | = |
/// | Starting, Running, exclusive | `DeclareNodeLost` | by recovery policy | = |
/// | Starting, Running, not exclusive | `DeclareNodeLost` | unchanged | = |
/// | Waiting, Ended | `RestoreFrom` | Waiting(Checkpoint) | = |
/// | Starting, Running | `RestoreFrom`, no rank, on a node that is not cordoned | Starting(Checkpoint) there | +1 |
/// | Starting, Running | `RestoreFrom` otherwise | Waiting(Checkpoint) until the node's lease is over | = |
///
/// *By recovery policy* means: Waiting from the newest good generation; without one Waiting from
/// the beginning, or Ended(LostForGood); always Ended(LostForGood) when the job was ordered to
/// stop. The epoch grows only when a process is placed; a report that carries another epoch than
/// the agreed one is refused and changes nothing.
@NullMarked
package org.krg.state.core;

import org.jspecify.annotations.NullMarked;
