// SPDX-License-Identifier: Apache-2.0

/// Runs krg as installed: its command as a child process, dev clusters of agents, and what they
/// leave on the machine.
@NullMarked
package org.krg.jepsen.cluster;

import org.jspecify.annotations.NullMarked;
