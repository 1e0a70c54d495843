// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.grpc;

import java.time.Duration;
import java.util.Optional;
import org.krg.jepsen.bench.http2.Http2Clients;
import org.krg.jepsen.bench.load.Connection;
import org.krg.jepsen.bench.load.Waiting;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.state.model.HostPort;

/// Connects to servers with the etcd v3 API.
///
/// @param valueBytes length of the values that are written
public record EtcdClients(Http2Clients http2, int valueBytes) {
    /// Connects to a server.
    public Connection connect(HostPort server) throws InterruptedException {
        return open(server);
    }

    private EtcdConnection open(HostPort server) throws InterruptedException {
        return new EtcdConnection(http2.connect(server), valueBytes);
    }

    /// {@return whether a server leads; empty when it does not answer} An interrupt is kept and
    /// counts as no answer.
    public Optional<Boolean> leads(HostPort server) {
        try (var connection = open(server)) {
            return Optional.of(Waiting.on(connection.isLeader(), Duration.ofSeconds(5)));
        } catch (CampaignFailed doesNotAnswer) {
            return Optional.empty();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
