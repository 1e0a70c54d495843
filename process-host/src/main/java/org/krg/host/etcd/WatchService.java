// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.ibm.etcd.api.WatchCreateRequest;
import com.ibm.etcd.api.WatchRequest;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcReplies;
import org.krg.host.etcd.grpc.GrpcRoutes;
import org.krg.host.etcd.grpc.GrpcSession;

/// Watches of keys.
final class WatchService {
    private final EtcdParts parts;
    private final Headers headers;

    WatchService(EtcdParts parts, Headers headers) {
        this.parts = parts;
        this.headers = headers;
    }

    void route(GrpcRoutes routes) {
        routes.streaming("etcdserverpb.Watch/Watch", WatchRequest.parser(), this::open);
    }

    private GrpcSession<WatchRequest> open(GrpcCall call, GrpcReplies replies) {
        return new WatchSession(parts.store().keys(), headers, call, replies);
    }

    /// Whether the responses may be sent in pieces: a field that the published classes do not know.
    static boolean mayBeFragmented(WatchCreateRequest request) {
        var field = request.getUnknownFields().getField(8);
        return field.getVarintList().stream().anyMatch(value -> value != 0);
    }
}
