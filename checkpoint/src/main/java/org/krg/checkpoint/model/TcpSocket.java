// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A TCP socket of a network, whoever has it.
///
/// @param inode its number, as in `socket:[N]`; 0 if no process has it, yet or any more
/// @param local what it is bound to
/// @param remote what it is connected to; port 0 if it listens
public record TcpSocket(long inode, Endpoint local, Endpoint remote, State state) {
    /// What it does, as far as it matters to its other end.
    public enum State {
        LISTENS,
        CONNECTED,
        /// It sends no more, and its other end has all that it has sent.
        DELIVERED
    }
}
