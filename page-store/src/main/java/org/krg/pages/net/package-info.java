// SPDX-License-Identifier: Apache-2.0

/// The page messages of nodes over TCP.
///
/// A connection carries messages one way, so that a pair of nodes has two. The opener only writes
/// (without blocking: what the network does not take waits for a thread of its own), the owner of
/// the port only reads, with one blocking thread a connection. A message is sent by the thread that
/// has it and handled by the thread that read it: a hand-over costs more than the network.
///
/// Frame: `u32 length`, message, big endian. Every few messages the reader answers with the number
/// of those it has handled, `u64`; what it has not is sent again over the next connection, so that
/// nothing is lost or doubled while both nodes run. Before the first one both sides prove that they
/// know the key of the port. Beyond loopback all of it goes over TLS ([TlsWire]).
@NullMarked
package org.krg.pages.net;

import org.jspecify.annotations.NullMarked;
