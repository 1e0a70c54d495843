// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.time.Instant;

/// An attempt to bring a process up that failed.
public record FailedStart(NodeId node, Epoch epoch, Origin origin, String reason, Instant at) {}
