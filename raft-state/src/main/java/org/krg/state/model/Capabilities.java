// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;
import java.util.Optional;

/// What a node offers, found out by the self-test of its agent.
///
/// @param architecture as `uname -m` prints it
/// @param kernel the kernel's release
/// @param criu the version of CRIU that passed the self-test; empty when none did
/// @param engines what it can save and bring back, best first; never empty
/// @param root whether the agent runs as root, so that any uid can be hosted
/// @param uid the uid of the agent
/// @param notes what is missing or limited, as sentences for `system doctor`
/// @param cellNetwork the addresses that cells can have there; empty where they cannot have any
public record Capabilities(
        String architecture,
        String kernel,
        String criu,
        List<Engine> engines,
        boolean root,
        int uid,
        List<String> notes,
        Optional<AddressPool> cellNetwork) {
    public Capabilities {
        engines = List.copyOf(engines);
        notes = List.copyOf(notes);
    }

    /// What a node offers whose cells have no addresses of their own.
    public Capabilities(
            String architecture,
            String kernel,
            String criu,
            List<Engine> engines,
            boolean root,
            int uid,
            List<String> notes) {
        this(architecture, kernel, criu, engines, root, uid, notes, Optional.empty());
    }
}
