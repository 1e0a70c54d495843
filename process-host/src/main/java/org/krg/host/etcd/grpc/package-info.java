// SPDX-License-Identifier: Apache-2.0

/// gRPC over HTTP/2 by Armeria's own means, after [the
/// protocol](https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md): messages in frames of
/// five bytes and content, the status in trailers. It knows nothing of keys.
@NullMarked
package org.krg.host.etcd.grpc;

import org.jspecify.annotations.NullMarked;
