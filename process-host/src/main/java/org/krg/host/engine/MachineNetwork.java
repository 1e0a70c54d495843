// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.Collection;
import org.krg.host.core.NetworkStep;
import org.krg.host.core.SeenNetwork;
import org.krg.state.model.Node;

/// The network of the machine, as the engine needs it. Methods block; they fail with
/// [org.krg.host.HostFailure].
public interface MachineNetwork {
    /// {@return what it looks like now}
    ///
    /// @param nodes of the cluster, to be found in it
    SeenNetwork look(Collection<Node> nodes);

    /// Changes it.
    void perform(NetworkStep step);
}
