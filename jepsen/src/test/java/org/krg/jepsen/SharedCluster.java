// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.krg.jepsen.cluster.Cluster;

/// Gives tests a cluster of three nodes, the same for all classes since to start one takes a while.
/// Before each test all its nodes are ready, whatever the test before did. It is taken down after
/// the last test; what it leaves on the machine fails the run. With `-Dkrg.separate=true` its nodes
/// have networks of their own.
public final class SharedCluster implements BeforeEachCallback, ParameterResolver {
    private static final Namespace OURS = Namespace.create(SharedCluster.class);

    private record Started(Cluster cluster) implements AutoCloseable {
        @Override
        public void close() {
            cluster.close();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        cluster(context).heal();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Cluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    private static Cluster cluster(ExtensionContext context) {
        return context.getRoot()
                .getStore(OURS)
                .getOrComputeIfAbsent(Started.class, _ -> new Started(up()), Started.class)
                .cluster();
    }

    private static Cluster up() {
        return Boolean.getBoolean("krg.separate") ? Cluster.upSeparate(3) : Cluster.up(3);
    }
}
