// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import static org.awaitility.Awaitility.await;
import static org.krg.host.core.Images.HERE;
import static org.krg.host.core.Images.NOW;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.krg.host.HostFailure;
import org.krg.host.core.NetworkStep;
import org.krg.host.core.NetworkStep.Forget;
import org.krg.host.core.SeenNetwork;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.Node;

class NetworkEngineTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Ipv4Address FIRST = Ipv4Address.of("10.201.0.5");
    private static final Ipv4Address SECOND = Ipv4Address.of("10.201.0.9");
    private static final Ipv4Address GATEWAY = Ipv4Address.of("192.168.0.2");

    /// A machine that leads two addresses to another one and cannot forget the first.
    private static final class Stubborn implements MachineNetwork {
        private final List<NetworkStep> done = new CopyOnWriteArrayList<>();
        private volatile boolean yields;

        @Override
        public SeenNetwork look(Collection<Node> nodes) {
            return new SeenNetwork(
                    false,
                    List.of(),
                    new TreeMap<>(),
                    new TreeMap<>(Map.of(FIRST, GATEWAY, SECOND, GATEWAY)),
                    new TreeMap<>());
        }

        @Override
        public void perform(NetworkStep step) {
            if (step.equals(new Forget(FIRST)) && !yields) {
                throw new HostFailure(HostFailure.Code.FAILED, "no such route", "");
            }
            done.add(step);
        }
    }

    /// As it is where keys are written all the time.
    @Test
    void whatCouldNotBeDoneIsTriedAgainWhateverChangesMeanwhile() {
        var network = new Stubborn();
        var store = new FakeStore(HERE);
        try (var engine = new NetworkEngine(HERE, store, network, () -> NOW)) {
            engine.start();
            await().atMost(LIMIT).until(() -> network.done.contains(new Forget(SECOND)));
            network.yields = true;

            await().atMost(LIMIT)
                    .until(() -> {
                        store.change();
                        return network.done.contains(new Forget(FIRST));
                    });
        }
    }

    @Test
    void whatCannotBeDoneForOneAddressIsDoneForTheOthers() {
        var network = new Stubborn();
        try (var engine = new NetworkEngine(HERE, new FakeStore(HERE), network, () -> NOW)) {
            engine.start();
            await().atMost(LIMIT).until(() -> network.done.contains(new Forget(SECOND)));
        }
    }
}
