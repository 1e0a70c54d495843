// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.jepsen.bench.grpc.EtcdClients;
import org.krg.jepsen.bench.http2.Http2Clients;
import org.krg.jepsen.bench.load.Calls;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Preload;
import org.krg.jepsen.bench.stores.Connections;
import org.krg.state.model.HostPort;

/// Writes and reads keys over the etcd API of an agent at the end of a build, so that what that
/// loads and compiles is remembered and the first requests to an agent are quick. Nothing depends
/// on it. Its argument is the agent's address.
final class EtcdRehearsal {
    private static final int VALUE_BYTES = 1024;
    private static final int CONNECTIONS = 50;
    private static final int KEYS = 1000;
    private static final int READ_PERCENT = 30;
    private static final Duration LENGTH = Duration.ofSeconds(5);

    /// A build does not wait for an agent that does not answer.
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private EtcdRehearsal() {}

    static void main(String[] arguments) throws InterruptedException {
        Thread.ofPlatform().name("limit").daemon().start(EtcdRehearsal::endLate);
        var agent = HostPort.parse(arguments[0]);
        try (var http2 = new Http2Clients();
                var connections = connect(new EtcdClients(http2, VALUE_BYTES), agent)) {
            Preload.run(connections.all(), KEYS, _ -> {});
            var _ =
                    new Calls(CONNECTIONS, READ_PERCENT, KEYS)
                            .run(connections.all(), Duration.ZERO, LENGTH);
        }
    }

    private static void endLate() {
        try {
            Thread.sleep(LIMIT);
            Runtime.getRuntime().halt(1);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static Connections connect(EtcdClients clients, HostPort agent)
            throws InterruptedException {
        var open = new ArrayList<Connection>();
        for (var i = 0; i < CONNECTIONS; i++) {
            open.add(clients.connect(agent));
        }
        return new Connections(List.copyOf(open));
    }
}
