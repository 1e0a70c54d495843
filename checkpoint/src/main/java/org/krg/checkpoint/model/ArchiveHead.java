// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.krg.state.model.Ipv4Address;
import org.krg.state.model.JobSpec;
import org.krg.state.model.NodeId;

/// What an archive says of itself and of the job that its process belonged to: enough to run it
/// again where nothing is known of it.
///
/// @param cluster that it was taken in
/// @param node that wrote and signed it
/// @param job its name there
/// @param address of the process's own, if it had one
/// @param frozen how long the program stood still for the checkpoint
public record ArchiveHead(
        UUID cluster,
        NodeId node,
        Instant exported,
        String job,
        JobSpec spec,
        Optional<Ipv4Address> address,
        Duration frozen) {}
