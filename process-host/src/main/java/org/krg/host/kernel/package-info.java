// SPDX-License-Identifier: Apache-2.0

/// Cells on this machine: namespaces, cgroups, `/proc`, and the `krg-init` that lives in each cell.
///
/// A cell is a directory `<process>.<epoch>` and a running `krg-init` (`process-host/src/main/c`),
/// which owns everything that has to go on without the agent: the standard streams, the exit status
/// and the watchdog over the node's lease. This package starts it, finds it again after a restart
/// of the agent, and talks to it.
///
/// | entry of a cell's directory | written by | holds |
/// | --- | --- | --- |
/// | `spec` | agent | what to start: `key=value`, each ended by a zero byte |
/// | `io/in`, `io/out`, `io/err` | krg-init | the FIFOs of the program, at `/run/krg/cell` inside the cell |
/// | `stdout`, `stderr` | krg-init | every byte the program wrote |
/// | `ctl` | krg-init | a unix socket, one command a line |
/// | `pid` | krg-init | its host pid, its start time in ticks, the boot id |
/// | `exit` | krg-init | how the program ended, durable before krg-init ends |
/// | `init.log` | krg-init | what went wrong |
@NullMarked
package org.krg.host.kernel;

import org.jspecify.annotations.NullMarked;
