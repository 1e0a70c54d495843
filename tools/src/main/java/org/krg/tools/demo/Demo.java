// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.krg.tools.dev.DevCluster;
import org.krg.tools.dev.DevDown;
import org.krg.tools.dev.DevNodes;
import org.krg.tools.dev.DevUp;
import org.krg.tools.dev.Leftovers;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ClientConfig;

/// The demo: a cluster comes up, the play is performed, the cluster goes away. Meanwhile the
/// program runs once outside the cluster, for comparison.
final class Demo {
    private static final OptionalInt NODES = OptionalInt.of(DemoSettings.NODES);

    private final DemoSettings settings;
    private final Path krgHome;
    private final Narration tell;

    /// @param krgHome the checkout or installation krg runs from
    Demo(DemoSettings settings, Path krgHome, Narration tell) {
        this.settings = settings;
        this.krgHome = krgHome;
        this.tell = tell;
    }

    /// Plays everything. Nothing runs afterwards, whatever happens; after a failure the directory
    /// stays, for its logs.
    DemoReport run() throws IOException, InterruptedException {
        var program = HeatProgram.of(krgHome, settings);
        tell.accept(
                "the program: heat on a plate of %d x %d points, %d steps, seed %d"
                        .formatted(
                                program.size(), program.size(), program.steps(), program.seed()));
        var undisturbed = program.start();
        var done = false;
        var interrupted = false;
        try {
            var nodes = comeUp();
            var report = perform(nodes, program, undisturbed);
            done = true;
            return report;
        } catch (InterruptedException stop) {
            interrupted = true;
            throw stop;
        } finally {
            undisturbed.destroyForcibly();
            // A failure may have swallowed the interrupt: the cleaning up must not be cut short.
            interrupted |= Thread.interrupted();
            if (!done) {
                abandon(interrupted);
            }
        }
    }

    private DevNodes comeUp() throws IOException, InterruptedException {
        try (var _ = tell.meanwhile(() -> "waiting for the agents to serve")) {
            return new DevUp(settings.directory(), krgHome, tell).run(NODES);
        }
    }

    private DemoReport perform(DevNodes nodes, HeatProgram program, Process undisturbed)
            throws IOException, InterruptedException {
        try (var client = new ApiClient(ClientConfig.of(settings.directory().endpoints()))) {
            var play = new Play(nodes, client, program, tell);
            var seen = play.perform(undisturbed);
            var leftovers = takeDown(nodes.cluster());
            return new DemoReport(program, play.withCheckpoints(), seen, leftovers, tell.age());
        }
    }

    private List<String> takeDown(DevCluster cluster) throws IOException, InterruptedException {
        down(!settings.keep());
        return Leftovers.of(settings.directory(), cluster, !settings.keep());
    }

    private void abandon(boolean interrupted) throws IOException, InterruptedException {
        var purge = interrupted && !settings.keep();
        down(purge);
        if (!purge) {
            tell.accept(
                    "%s stays, for the logs in it: krg-admin dev down --purge --dir %s removes it"
                            .formatted(settings.directory(), settings.directory()));
        }
    }

    private void down(boolean purge) throws IOException, InterruptedException {
        try (var _ = tell.meanwhile(() -> "taking the cluster down")) {
            new DevDown(settings.directory(), krgHome, tell).run(purge);
        }
    }
}
