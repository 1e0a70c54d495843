// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Starts agents, each as a session of its own that outlives the command, with its output in a file
/// and, where the user may do that, in a mount namespace in which the directories of the other
/// nodes are empty: what would be missing on another machine is missing here too.
///
/// Cells take over the namespace of the agent that started them, and an agent that is started again
/// gets a new one that looks the same.
final class AgentLauncher {
    private static final File NULL = new File("/dev/null");

    /// Hides the directories up to `--`, lets go of network namespaces with a name, which would
    /// outlive their removal otherwise, and becomes the command behind it.
    private static final String HIDE =
            "umount --lazy --recursive /run/netns 2>/dev/null;"
                    + " while [ \"$1\" != -- ]; do"
                    + " mount -t tmpfs -o ro,size=4k,mode=0755 krg-other-node \"$1\" || exit; shift;"
                    + " done; shift; exec \"$@\"";

    private final DevDirectory directory;
    private final DevCluster cluster;
    private final Path krgHome;
    private final boolean isolating;

    private AgentLauncher(
            DevDirectory directory, DevCluster cluster, Path krgHome, boolean isolating) {
        this.directory = directory;
        this.cluster = cluster;
        this.krgHome = krgHome;
        this.isolating = isolating;
    }

    /// {@return a launcher that isolates nodes if this user may}
    ///
    /// @param krgHome the checkout or installation krg runs from
    static AgentLauncher of(DevDirectory directory, Path krgHome)
            throws IOException, InterruptedException {
        return new AgentLauncher(directory, directory.cluster(), krgHome, mayIsolate());
    }

    /// {@return whether agents get a mount namespace of their own}
    boolean isIsolating() {
        return isolating;
    }

    /// Starts the agent of a node and does not wait for anything.
    Process start(String node) throws IOException {
        var builder =
                new ProcessBuilder(command(node))
                        .directory(directory.home(node).toFile())
                        .redirectInput(NULL)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.appendTo(directory.output(node).toFile()));
        builder.environment().put("KRG_BUILT", "1");
        builder.environment().put(NodeRemains.NODE, directory.home(node).toString());
        return builder.start();
    }

    /// {@return the command, of which every program replaces the one before it}
    List<String> command(String node) {
        var command = new ArrayList<String>();
        command.add("setsid");
        if (cluster.isSeparate()) {
            command.addAll(DevNetwork.of(cluster).within(node));
        }
        if (isolating) {
            command.addAll(
                    List.of("unshare", "--mount", "--propagation", "private", "sh", "-c", HIDE));
            command.add("krg-dev");
            for (var other : cluster.nodes()) {
                if (!other.name().equals(node)) {
                    command.add(directory.home(other.name()).toString());
                }
            }
            command.add("--");
        }
        command.add(krgHome.resolve("tools/krg-admin").toString());
        command.addAll(List.of("agent", "run", "--config", directory.settings(node).toString()));
        return command;
    }

    private static boolean mayIsolate() throws IOException, InterruptedException {
        return new ProcessBuilder("unshare", "--mount", "--propagation", "private", "true")
                        .redirectInput(NULL)
                        .redirectOutput(Redirect.DISCARD)
                        .redirectError(Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
