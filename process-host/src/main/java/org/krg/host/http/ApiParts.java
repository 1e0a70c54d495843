// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import com.codahale.metrics.MetricRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.krg.host.AuditTrail;
import org.krg.host.CertificateRenewal;
import org.krg.host.CertificateSigner;
import org.krg.host.CheckpointRekey;
import org.krg.host.HostFailure;
import org.krg.host.PageWitness;
import org.krg.host.ProcessHost;
import org.krg.host.SegmentTransfer;
import org.krg.host.engine.Destinations;
import org.krg.host.engine.KeyQueues;
import org.krg.host.engine.LeaseKeeping;
import org.krg.host.engine.ReplicaComparison;
import org.krg.policy.core.PolicyReader;
import org.krg.state.ClusterStore;

/// What the API speaks for. It owns none of it.
///
/// @param leases renews users' leases
/// @param queues the lines in which locks are waited for
/// @param local the processes of this node
/// @param destinations where a process could be moved to
/// @param policies understands what users write
/// @param problems what is wrong with the node now, as sentences; empty when it is well
/// @param notReady why this node can take no requests, beside what its own log tells: it is out of
///   touch with the quorum, or far behind it
/// @param wall stamps commands
/// @param signer signs certificates, where this node may
/// @param renewal renews this node's certificate
/// @param rekey makes this node another key for the checkpoints that it keeps
/// @param pages what this node has of segments
/// @param contents what segments hold
/// @param audit where requests are written down
/// @param replicas compares all nodes' copies of the state
/// @param left why this node takes part in the cluster no more, once it does not
public record ApiParts(
        ClusterStore store,
        LeaseKeeping leases,
        KeyQueues queues,
        ProcessHost local,
        Destinations destinations,
        PolicyReader policies,
        MetricRegistry metrics,
        Supplier<List<String>> problems,
        Supplier<Optional<String>> notReady,
        InstantSource wall,
        CertificateSigner signer,
        CertificateRenewal renewal,
        CheckpointRekey rekey,
        PageWitness pages,
        SegmentTransfer contents,
        AuditTrail audit,
        ReplicaComparison replicas,
        Supplier<Optional<HostFailure>> left) {}
