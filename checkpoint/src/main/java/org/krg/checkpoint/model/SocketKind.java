// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// What a socket is.
///
/// @param inode its number, as in `socket:[N]`
/// @param protocol as the kernel calls it: `TCP`, `MPTCPv6`, `AF_VSOCK`; empty if it says nothing
/// @param corked whether it keeps back what was sent, `UDP_CORK` of udp(7)
/// @param group a multicast group that it is in; empty if none
public record SocketKind(long inode, String protocol, boolean corked, String group) {}
