// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.krg.host.HostFailure;
import org.krg.linux.UserTree;

/// Takes a dev cluster down: nothing of it runs afterwards, and nothing of it is left on the
/// machine outside its directory. Works at any time, also on what an interrupted command left.
public final class DevDown {
    private final DevDirectory directory;
    private final Path krgHome;
    private final Consumer<String> talk;

    /// @param krgHome the checkout or installation krg runs from
    /// @param talk is told what happens, in lines
    public DevDown(DevDirectory directory, Path krgHome, Consumer<String> talk) {
        this.directory = directory;
        this.krgHome = krgHome;
        this.talk = talk;
    }

    /// Stops everything.
    ///
    /// @param purge whether the directory is removed too
    /// @throws HostFailure CONFLICT if another command changes the cluster, or if the directory to
    ///   be removed holds something else; NOT_PERMITTED if it is not this user's alone
    public void run(boolean purge) throws IOException, InterruptedException {
        if (!Files.isDirectory(directory.path())) {
            talk.accept("there is nothing in " + directory);
            return;
        }
        directory.requireOwn();
        requireOurs();
        try (var _ = DirectoryLock.take(directory)) {
            if (directory.hasCluster()) {
                stop(new DevNodes(directory, krgHome, talk));
            }
            if (purge) {
                UserTree.remove(directory.path());
                StateHome.ofUser().forget(directory.path());
                talk.accept("removed " + directory);
            }
        }
    }

    private void stop(DevNodes nodes) throws InterruptedException {
        var running = new ArrayList<String>();
        for (var node : nodes.cluster().nodes()) {
            nodes.findAgent(node.name())
                    .ifPresent(agent -> {
                        // All at once: they need not wait for each other.
                        agent.terminate();
                        running.add(node.name());
                    });
        }
        var killed = 0;
        for (var node : nodes.cluster().nodes()) {
            killed += nodes.stop(node.name());
        }
        Cgroups.of(nodes.cluster().name()).remove();
        DevLinks.remove(nodes.cluster().id());
        if (nodes.cluster().isSeparate()) {
            DevNetwork.of(nodes.cluster()).remove();
        }
        RunDirectory.sweep(krgHome);
        talk.accept(said(running, killed));
    }

    private static String said(List<String> running, int killed) {
        var agents = running.isEmpty() ? "no agent ran" : "stopped " + String.join(", ", running);
        return killed == 0 ? agents : agents + "; killed " + killed + " processes of their cells";
    }

    private void requireOurs() throws IOException {
        if (!directory.isOurs()) {
            throw new HostFailure(
                    HostFailure.Code.CONFLICT,
                    directory + " holds something else than a dev cluster; nothing was touched",
                    "name the directory of a dev cluster with --dir");
        }
    }
}
