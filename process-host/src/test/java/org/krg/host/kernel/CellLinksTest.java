// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.krg.host.kernel.CellFixture.ID;
import static org.krg.host.kernel.CellFixture.NOBODY;
import static org.krg.host.kernel.CellFixture.await;
import static org.krg.host.kernel.CellFixture.awaitOutput;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.krg.host.AgentSettings.ClusterSettings;
import org.krg.host.core.NetworkStep;
import org.krg.host.core.SeenNetwork.Link;
import org.krg.host.model.CellSpec;
import org.krg.host.model.CellSpec.Stdin;
import org.krg.host.model.Isolation;
import org.krg.host.model.Program;
import org.krg.state.model.AddressPool;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.NodeId;
import org.krg.state.model.ResourceLimits;

/// Cells with addresses of their own, on the real network of this machine.
@Tag("root")
class CellLinksTest {
    /// Kept for documentation, RFC 5737: no machine uses it.
    private static final AddressPool POOL = AddressPool.of("198.51.100.0/24");

    private static final Ipv4Address ADDRESS = Ipv4Address.of("198.51.100.7");
    private static final int PORT = 8000;
    private static final int LIMIT_MILLIS = 10_000;

    /// Nobody answers a cell that is cut off, however long one waits.
    private static final int CUT_LIMIT_MILLIS = 500;

    private static final String SERVER =
            """
            import os, socket
            server = socket.create_server((os.environ['KRG_ADDRESS'], %d))
            print('listens', flush=True)
            while True:
                connection, other = server.accept()
                connection.sendall(other[0].encode())
                connection.close()
            """
                    .formatted(PORT);

    @RegisterExtension final CellFixture node = new CellFixture(Isolation.FULL);

    private final ClusterSettings cluster = new ClusterSettings(UUID.randomUUID(), "krgtest");
    private final CellLinks links = new CellLinks(cluster, new NodeId("n1"), POOL);

    private Cells cells() {
        var config = node.config();
        return Cells.open(
                new CellsConfig(
                        config.directory(),
                        config.lease(),
                        config.krgInit(),
                        config.cluster(),
                        config.node(),
                        config.isolation(),
                        Optional.of(links)));
    }

    @BeforeEach
    void theMachineCan() {
        assertThat(links.problem()).isEmpty();
    }

    @AfterEach
    void nothingIsLeft() {
        cells().destroy(ID);
        links.removeSink();

        assertThat(links.links()).isEmpty();
        assertThat(new Ip(List.of("ip")).ask("-4", "route", "show", "root", POOL.toString()))
                .isEmpty();
    }

    @Test
    void aCellIsReachedAtItsAddressUntilItIsCutAndAgainWhenItIsConnected() throws Exception {
        var cell = cells().start(ID, server());
        awaitOutput(cell, "listens");

        assertThat(cell.findAddress()).contains(ADDRESS);
        assertThat(ask(LIMIT_MILLIS)).isNotEmpty();
        assertThat(links.links())
                .extracting(Link::node, Link::cell, Link::address, Link::up)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(new NodeId("n1"), ID, ADDRESS, true));

        cell.cut();
        cell.cut();
        assertThat(links.links()).extracting(Link::up).containsExactly(false);
        // No answer at all: neither is the connection refused, nor is there no way.
        assertThatThrownBy(() -> ask(CUT_LIMIT_MILLIS))
                .isInstanceOf(java.net.SocketTimeoutException.class);

        cell.connect();
        cell.connect();
        assertThat(ask(LIMIT_MILLIS)).isNotEmpty();
    }

    @Test
    void theLinkGoesWithTheCellAndTheDeviceBehindThePoolStaysUntilItIsRemoved() {
        var cell = cells().start(ID, server());
        awaitOutput(cell, "listens");

        cell.kill();

        await().until(() -> links.links().isEmpty());
        assertThat(links.hasSink()).isTrue();
    }

    @Test
    void anAddressOfAnotherMachineIsForwardedThereAndForgotten() throws Exception {
        var name = "krgtest" + ProcessHandle.current().pid();
        Ip.here().change(List.of("netns add " + name));
        try {
            var ip = new Ip(List.of("ip", "-n", name));
            ip.change(
                    List.of(
                            "link add name one type veth peer name other",
                            "address add 192.0.2.1/24 dev one",
                            "link set dev one up",
                            "link set dev other up"));
            var network = new KernelNetwork(new CellLinks(cluster, new NodeId("n1"), POOL, ip), ip);
            var gateway = Ipv4Address.of("192.0.2.2");

            network.perform(new NetworkStep.Forward(ADDRESS, gateway));

            assertThat(network.look(List.of()).forwarded())
                    .isEqualTo(new TreeMap<>(java.util.Map.of(ADDRESS, gateway)));
            network.perform(new NetworkStep.Forget(ADDRESS));
            assertThat(network.look(List.of()).forwarded()).isEmpty();
        } finally {
            Ip.here().change(List.of("netns delete " + name));
        }
    }

    @Test
    void whatThisMachineUsesItselfIsNoPool() {
        var own = new CellLinks(cluster, new NodeId("n1"), AddressPool.of("127.0.0.0/8"));

        assertThat(own.problem()).get().asString().contains("127.0.0.0/8", "krgd.toml");
        assertThatThrownBy(own::prepare).isInstanceOf(CellFailed.class);
    }

    private static String ask(int limitMillis) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(ADDRESS.toString(), PORT), limitMillis);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static CellSpec server() {
        var program =
                new Program(
                        List.of("/usr/bin/python3", "-c", SERVER),
                        List.of("PATH=/usr/bin:/bin"),
                        "/",
                        Program.USUAL_UMASK,
                        List.of());
        return new CellSpec(
                program,
                NOBODY,
                ResourceLimits.NONE,
                Stdin.EMPTY,
                false,
                Optional.of(ADDRESS),
                false,
                Optional.empty());
    }
}
