// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.util.List;
import org.krg.jepsen.bench.load.Connection;

/// A running cluster of servers under measurement.
public interface Store extends AutoCloseable {
    /// {@return its name, one word}
    String name();

    /// {@return which version it is}
    String version();

    /// {@return its servers, always in the same order}
    List<Server> servers();

    /// Connects to a server.
    Connection connect(Server server) throws InterruptedException;

    /// {@return the server that leads; waits for one}
    Server awaitLeader();

    /// Ends a server with SIGKILL.
    void kill(Server server);

    /// Starts a server that was killed, and returns when it takes part again.
    void restart(Server server);

    /// Stops all servers and removes what they stored.
    @Override
    void close();
}
