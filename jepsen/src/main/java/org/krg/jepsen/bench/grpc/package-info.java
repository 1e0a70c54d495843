// SPDX-License-Identifier: Apache-2.0

/// Speaks the etcd v3 API cheaply: the few calls that a bench makes, as bytes over HTTP/2, without
/// objects for messages. Many clients share a connection and one thread serves all connections.
@NullMarked
package org.krg.jepsen.bench.grpc;

import org.jspecify.annotations.NullMarked;
