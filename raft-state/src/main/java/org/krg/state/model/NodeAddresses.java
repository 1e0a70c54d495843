// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// Where the services of a node listen.
///
/// @param api HTTP, SSE
/// @param raft the Raft log
/// @param peer agents among themselves: forwarding, chunks, output streams
public record NodeAddresses(HostPort api, HostPort raft, HostPort peer) {}
