// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.krg.host.HostFailure;

/// What nodes of a dev cluster do not hear of each other: the kernel drops it where it comes in,
/// without a word to who sent it, as a broken cable does. Rules of nft(8) on the node's `eth0`.
public final class DevCuts {
    private static final String TABLE = "netdev krg";
    private static final int ALL = 100;
    private static final Pattern NOTE = Pattern.compile("comment \"(\\S+) (\\d+)\"");

    private final DevCluster cluster;
    private final DevNetwork network;

    /// A node is not heard.
    ///
    /// @param percent of what it sends, 1 to 100
    public record Cut(String from, int percent) {
        @Override
        public String toString() {
            return percent == ALL ? from : from + " (" + percent + " %)";
        }
    }

    /// @throws HostFailure CONFLICT if the nodes share the machine's network, or theirs is not
    ///   there
    public DevCuts(DevDirectory directory) {
        this.cluster = directory.requireOwn().cluster();
        if (!cluster.isSeparate()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "the nodes of " + directory + " share the network of this machine",
                    "`krg-admin dev up --separate-networks --dir DIR` makes a cluster whose nodes"
                            + " have networks of their own");
        }
        this.network = DevNetwork.of(cluster);
        if (network.existing().isEmpty()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    "the nodes of " + directory + " do not run, and have no network",
                    "`krg-admin dev up --dir " + directory + "` starts them");
        }
    }

    /// Has a node not hear others, from now on; what it did not hear before stays so.
    ///
    /// @param percent of what they send, 1 to 100
    public void cut(String deaf, Collection<String> from, int percent) throws InterruptedException {
        cluster.require(deaf);
        from.forEach(cluster::require);
        var script = new StringBuilder("add table " + TABLE + "\n");
        script.append(
                "add chain %s heard { type filter hook ingress device eth0 priority 0; }\n"
                        .formatted(TABLE));
        for (var mute : from) {
            script.append(rule(mute, percent));
        }
        nft(deaf, script.toString(), "-f", "-");
    }

    private String rule(String mute, int percent) {
        var some = percent == ALL ? "" : " numgen random mod 100 < " + percent;
        return "add rule %s heard ether saddr %s%s drop comment \"%s %d\"\n"
                .formatted(TABLE, network.mac(mute), some, mute, percent);
    }

    /// Has every node hear everything again.
    public void mend() throws InterruptedException {
        for (var node : cluster.nodes()) {
            // There is a table to delete then, whatever there was.
            nft(node.name(), "add table %s\ndelete table %s\n".formatted(TABLE, TABLE), "-f", "-");
        }
    }

    /// {@return what a node does not hear, in the order in which that came about}
    public List<Cut> of(String node) throws InterruptedException {
        return NOTE.matcher(nft(node, "", "list", "ruleset"))
                .results()
                .map(note -> new Cut(note.group(1), Integer.parseInt(note.group(2))))
                .distinct()
                .toList();
    }

    private String nft(String node, String script, String... words) throws InterruptedException {
        var line = new ArrayList<>(network.within(node));
        line.add("nft");
        line.addAll(List.of(words));
        return SystemCommand.run(line, script);
    }
}
