// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.model;

import java.util.Optional;
import org.krg.state.image.ClusterImage;
import org.krg.state.image.Table;
import org.krg.state.model.Identity;
import org.krg.state.model.Migration;
import org.krg.state.model.NodeId;
import org.krg.state.model.Resources;

/// What each node has taken on: processes that are there or on their way to it, and what was just
/// placed. Immutable. To work it out costs a walk over all processes, so whoever decides about many
/// does it once and adds what was placed since.
public record Occupancy(Table<NodeId, Share> nodes) {
    /// What one node has taken on.
    ///
    /// @param reserved by all that is there, on its way there, or was just placed there
    /// @param processes that are there or were just placed there
    /// @param byUser how many of them each user has, by uid
    public record Share(Resources reserved, int processes, Table<Integer, Integer> byUser) {
        /// Of a node that has nothing.
        public static final Share NONE = new Share(Resources.NONE, 0, Table.empty());

        /// {@return how many processes the user has}
        public int processesOf(Identity user) {
            return byUser.find(user.uid()).orElse(0);
        }

        private Share with(Resources reserve, Identity user) {
            return new Share(
                    reserved.plus(reserve),
                    processes + 1,
                    byUser.with(user.uid(), processesOf(user) + 1));
        }

        private Share with(Resources arriving) {
            return new Share(reserved.plus(arriving), processes, byUser);
        }
    }

    /// {@return what is taken on by the agreed state and by what `ledger` has beyond it}
    public static Occupancy of(ClusterImage image, Ledger ledger) {
        var nodes = Table.<NodeId, Share>empty();
        for (var process : image.processes().values()) {
            var host = process.phase().host();
            if (host.isPresent()) {
                var spec = image.jobs().require(process.job()).spec();
                var share = share(nodes, host.get()).with(spec.reserve(), spec.runAs());
                nodes = nodes.with(host.get(), share);
            }
        }
        for (var migration : image.migrations().values()) {
            var arriving = arriving(image, migration);
            if (arriving.isPresent()) {
                var to = migration.route().to();
                nodes = nodes.with(to, share(nodes, to).with(arriving.get()));
            }
        }
        var occupancy = new Occupancy(nodes);
        for (var entry : ledger.settled(image).entries().values()) {
            occupancy = occupancy.with(image, entry);
        }
        return occupancy;
    }

    /// {@return this with what was just placed}
    ///
    /// @param image has the process of `entry`, on no node
    public Occupancy with(ClusterImage image, Ledger.Entry entry) {
        var process = image.processes().require(entry.process());
        var user = image.jobs().require(process.job()).spec().runAs();
        var share = on(entry.node()).with(entry.reserve(), user);
        return new Occupancy(nodes.with(entry.node(), share));
    }

    /// {@return what `node` has taken on}
    public Share on(NodeId node) {
        return share(nodes, node);
    }

    private static Share share(Table<NodeId, Share> nodes, NodeId node) {
        return nodes.find(node).orElse(Share.NONE);
    }

    /// {@return what a process that is not there yet will need}
    private static Optional<Resources> arriving(ClusterImage image, Migration migration) {
        return image.processes()
                .find(migration.route().process())
                .filter(_ -> migration.isActive())
                .filter(process ->
                        !process.phase().host().equals(Optional.of(migration.route().to())))
                .map(process -> image.jobs().require(process.job()).spec().reserve());
    }
}
