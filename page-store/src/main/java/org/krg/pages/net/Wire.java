// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.krg.state.model.NodeId;

/// How bytes go over a connection: as they are, or encrypted. One thread at a time reads.
interface Wire {
    SocketChannel channel();

    /// {@return whether that node is at the other side, as far as the connection itself knows}
    boolean isOf(NodeId node);

    /// Reads exactly so many bytes, each within the socket's limit. Only while it is blocking.
    byte[] read(int count) throws IOException;

    /// Reads what there is, without the socket's limit.
    ///
    /// @return how many bytes came: 0 if it is not blocking and there is nothing; less than 0 at
    ///   the end
    int read(ByteBuffer into) throws IOException;

    /// Writes as much as the network takes; all of it where it is blocking.
    ///
    /// @return whether everything has left that was ever written, or else [#write] is to be called
    ///   again
    boolean write(ByteBuffer... frames) throws IOException;
}
