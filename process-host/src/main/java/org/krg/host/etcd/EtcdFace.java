// SPDX-License-Identifier: Apache-2.0
package org.krg.host.etcd;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.function.BiFunction;
import org.krg.host.Admitted;
import org.krg.host.etcd.grpc.GrpcCall;
import org.krg.host.etcd.grpc.GrpcRoutes;

/// All services of etcd on a server.
public final class EtcdFace {
    /// Bytes of one message: an operation of the store has at most 1 MiB.
    private static final int MOST_BYTES = 2 << 20;

    private final EtcdConfig config;
    private final EtcdParts parts;

    public EtcdFace(EtcdConfig config, EtcdParts parts) {
        this.config = config;
        this.parts = parts;
    }

    /// Adds the services.
    ///
    /// @param admission says who calls, or throws
    public void open(
            ServerBuilder server,
            BiFunction<ServiceRequestContext, HttpRequest, Admitted> admission) {
        var routes =
                new GrpcRoutes(
                        server,
                        (context, request) -> {
                            var admitted = admission.apply(context, request);
                            requireLeader(request.headers());
                            return new GrpcCall(
                                    admitted.principal(),
                                    context.sslSession() != null,
                                    (subject, status) ->
                                            admitted.outcome().note(subject, status.http()),
                                    admitted.memory(),
                                    admitted.body());
                        },
                        Errors::of,
                        MOST_BYTES);
        var headers = new Headers(config, parts.store());
        new KvService(parts, headers).route(routes);
        new LeaseService(parts, headers).route(routes);
        new WatchService(parts, headers).route(routes);
        var lines = new LineCalls(parts.queues(), parts.lanes());
        new LockService(parts, lines, headers).route(routes);
        new ElectionService(parts.store(), lines, headers).route(routes);
        new AuthService(new AccessCalls(parts.store(), parts.lanes(), headers)).route(routes);
        new ClusterService(parts.store(), headers).route(routes);
        new MaintenanceService(parts.store(), headers, config).route(routes);
        routes.otherwise("etcdserverpb.").otherwise("v3lockpb.").otherwise("v3electionpb.");
    }

    /// A client may say that it wants no answer from a node that knows no leader.
    private void requireLeader(RequestHeaders metadata) {
        if ("true".equals(metadata.get("hasleader"))
                && parts.store().leadership().leader().isEmpty()) {
            throw EtcdError.NO_LEADER.failure();
        }
    }
}
