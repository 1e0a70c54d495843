// SPDX-License-Identifier: Apache-2.0

/// Campaigns that try to break the installed system, which they see from outside only: through
/// `tools/krg-admin`, the HTTP API of the agents, and what the machine shows of processes.
///
/// A campaign puts a load on a cluster (`workload`), does damage that it undoes (`cluster`), and
/// judges by the history of what the clients saw (`check`). What a client cannot tell is unknown,
/// never counted as failed.
@NullMarked
package org.krg.jepsen;

import org.jspecify.annotations.NullMarked;
