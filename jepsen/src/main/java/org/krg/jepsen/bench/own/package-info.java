// SPDX-License-Identifier: Apache-2.0

/// Speaks krg's own API, `/v1`, as its clients do and as cheaply as the etcd one is spoken: JSON
/// over HTTP/2, without objects for requests. Many clients share a connection.
@NullMarked
package org.krg.jepsen.bench.own;

import org.jspecify.annotations.NullMarked;
