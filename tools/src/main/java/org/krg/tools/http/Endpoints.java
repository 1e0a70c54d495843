// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.http;

import java.util.List;
import org.krg.state.model.HostPort;

/// The agents that can be asked, and which of them answered last. Shared by a client and its
/// streams.
final class Endpoints {
    private final List<HostPort> all;
    private volatile int preferred;

    Endpoints(List<HostPort> all) {
        this.all = all;
    }

    int count() {
        return all.size();
    }

    /// {@return the agent to ask as the `n`-th; the first is the one that answered last}
    HostPort inTurn(int n) {
        return all.get((preferred + n) % all.size());
    }

    /// Notes that `endpoint` answered.
    void prefer(HostPort endpoint) {
        preferred = all.indexOf(endpoint);
    }

    /// Notes that the preferred agent is not to be asked first.
    void passOver() {
        preferred = (preferred + 1) % all.size();
    }
}
