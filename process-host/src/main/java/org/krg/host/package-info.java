// SPDX-License-Identifier: Apache-2.0

/// The agent of a node, `krgd`: it hosts processes in cells, brings them up and back as the cluster
/// agreed, and serves the node's API.
///
/// This package is what the parts of the agent share: [ProcessHost], the operations on processes
/// that run here; [AgentSettings]; [HostFailure], the one exception that reaches a user.
@NullMarked
package org.krg.host;

import org.jspecify.annotations.NullMarked;
