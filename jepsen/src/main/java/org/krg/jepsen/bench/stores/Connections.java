// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.stores;

import java.util.ArrayList;
import java.util.List;
import org.krg.jepsen.bench.load.Connection;

/// Connections to one store that are closed together.
public record Connections(List<Connection> all) implements AutoCloseable {
    public Connections {
        all = List.copyOf(all);
    }

    /// Connects `count` times, to one server after the other.
    public static Connections open(Store store, List<Server> servers, int count)
            throws InterruptedException {
        var open = new ArrayList<Connection>();
        try {
            for (var i = 0; i < count; i++) {
                open.add(store.connect(servers.get(i % servers.size())));
            }
            return new Connections(open);
        } catch (RuntimeException | InterruptedException failed) {
            open.forEach(Connection::close);
            throw failed;
        }
    }

    @Override
    public void close() {
        all.forEach(Connection::close);
    }
}
