// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import org.krg.host.engine.KeyQueues;
import org.krg.host.engine.Lanes;
import org.krg.host.engine.LeaseKeeping;
import org.krg.state.ClusterStore;

/// What the services speak for. They own none of it.
public record EtcdParts(ClusterStore store, Lanes lanes, LeaseKeeping leases, KeyQueues queues) {}
