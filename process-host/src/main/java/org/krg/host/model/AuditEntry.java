// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

import java.time.Instant;

/// What somebody asked of this node, and what became of it.
///
/// @param who the user, `agent` for an agent that asks for itself, `?` for whoever was not known
/// @param from the address they asked from
/// @param what the method and the path, without what was sent; of a call of gRPC that changes
///   users, roles or permissions also whom and what it was about
/// @param outcome the status of the answer, as HTTP numbers it
public record AuditEntry(Instant at, String who, String from, String what, int outcome) {}
