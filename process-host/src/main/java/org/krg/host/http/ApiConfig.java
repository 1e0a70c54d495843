// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.nio.file.Path;
import java.util.UUID;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;

/// Settings of the API of a node.
///
/// @param data the node's directory: `api.sock` and `identity/token` are made in it
/// @param bind where it listens, on loopback only; port 0 takes a free one
/// @param cluster the cluster's id
/// @param clusterName the cluster's name
/// @param secret what agents of the cluster prove to each other
/// @param version of krg
public record ApiConfig(
        NodeId node,
        Path data,
        HostPort bind,
        UUID cluster,
        String clusterName,
        String secret,
        String version) {
    public ApiConfig {
        if (secret.length() < 16) {
            throw new IllegalArgumentException("a secret shorter than 16 bytes can be guessed");
        }
    }

    @Override
    public String toString() {
        return "ApiConfig[node=" + node + ", data=" + data + ", bind=" + bind + "]";
    }
}
