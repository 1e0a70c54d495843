// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import java.util.UUID;
import org.krg.state.model.NodeId;

/// Who answers.
///
/// @param cluster the cluster's id
/// @param version of krg
public record EtcdConfig(NodeId node, UUID cluster, String version) {}
