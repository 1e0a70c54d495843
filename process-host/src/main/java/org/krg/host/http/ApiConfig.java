// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.nio.file.Path;
import java.util.UUID;
import org.krg.state.MutualTls;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// Settings of the API of a node.
///
/// @param data the node's directory: `api.sock` and `identity/token` are made in it
/// @param bind where it listens, on loopback also without TLS; elsewhere, the same port of loopback
///   is served as well; port 0 takes a free one, of loopback only
/// @param cluster the cluster's id
/// @param clusterName the cluster's name
/// @param tls what this node shows and whom it believes
/// @param version of krg
public record ApiConfig(
        NodeId node,
        Path data,
        HostPort bind,
        UUID cluster,
        String clusterName,
        MutualTls tls,
        String version) {}
