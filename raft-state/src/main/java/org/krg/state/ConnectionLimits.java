// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

import com.codahale.metrics.Counter;
import com.codahale.metrics.MetricRegistry;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How many connections a port takes, in all and from one address, so that whoever opens very many
/// keeps nobody else out. Those by a socket of the machine count as one address. Counted in the
/// metrics as `krg.PORT.connections`, `krg.PORT.connections_refused_total` and
/// `krg.PORT.connections_silent_total`. Safe for use from any thread.
public final class ConnectionLimits implements AutoCloseable {
    /// Connections at once: some for each agent of the largest cluster that was measured.
    public static final int MOST = 4_096;

    /// The half leaves room for the others; loopback is one address.
    public static final int MOST_OF_ONE = MOST / 2;

    /// A handshake takes milliseconds; whoever is slower holds a connection for nothing.
    public static final Duration FIRST_WORD = Duration.ofSeconds(10);

    private final String gauge;
    private final int most;
    private final int mostOfOne;
    private final MetricRegistry metrics;
    private final Counter refused;
    private final Counter silent;
    private final Map<String, Integer> byAddress = new HashMap<>();
    private int present;

    /// @param port its name in the metrics
    public ConnectionLimits(String port, int most, int mostOfOne, MetricRegistry metrics) {
        this.gauge = "krg." + port + ".connections";
        this.most = most;
        this.mostOfOne = mostOfOne;
        this.metrics = metrics;
        this.refused = metrics.counter(gauge + "_refused_total");
        this.silent = metrics.counter(gauge + "_silent_total");
        metrics.remove(gauge);
        metrics.registerGauge(gauge, this::present);
    }

    /// {@return the limits of a port of an agent}
    public static ConnectionLimits of(String port, MetricRegistry metrics) {
        return new ConnectionLimits(port, MOST, MOST_OF_ONE, metrics);
    }

    /// Counts a connection if there is room for it; [#leave] follows when it is closed.
    ///
    /// @return whether there is
    public synchronized boolean enter(@Nullable SocketAddress from) {
        var ofOne = byAddress.getOrDefault(address(from), 0);
        if (present >= most || ofOne >= mostOfOne) {
            refused.inc();
            return false;
        }
        byAddress.put(address(from), ofOne + 1);
        present++;
        return true;
    }

    /// Counts a connection no more that entered.
    public synchronized void leave(@Nullable SocketAddress from) {
        present--;
        byAddress.computeIfPresent(address(from), (_, count) -> count == 1 ? null : count - 1);
    }

    /// Counts a connection that was closed because nothing came from it in time.
    public void silent() {
        silent.inc();
    }

    private synchronized int present() {
        return present;
    }

    private static String address(@Nullable SocketAddress from) {
        return from instanceof InetSocketAddress remote && remote.getAddress() != null
                ? remote.getAddress().getHostAddress()
                : "local";
    }

    /// Takes its gauge out of the metrics.
    @Override
    public void close() {
        metrics.remove(gauge);
    }
}
