// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.hosting;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.krg.jepsen.bench.programs.Computed;
import org.krg.jepsen.bench.programs.Crew;
import org.krg.jepsen.bench.programs.Work;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.jepsen.cluster.Cluster;

/// A program that does nothing, as a job and as a container, and one that computes, as a job and by
/// itself; in turns, so that what else the machine does falls on all alike.
public final class RunBench {
    private static final String NOTHING = "/usr/bin/true";
    private static final double NANOS_PER_SECOND = 1e9;

    private final Path program;
    private final Cluster cluster;
    private final Consumer<String> talk;

    /// @param program `parallel`
    /// @param talk is told how far it is, in lines
    public RunBench(Path program, Cluster cluster, Consumer<String> talk) {
        this.program = program;
        this.cluster = cluster;
        this.talk = talk;
    }

    /// How much is measured.
    ///
    /// @param warmUps of the program that does nothing, which do not count
    /// @param starts of it that do
    /// @param work of the other one
    /// @param computations of it
    public record Extent(int warmUps, int starts, Work work, int computations) {
        /// What a person waits for.
        public static final Extent USUAL = new Extent(10, 50, new Work("bodies", 16_384, 4), 7);

        /// To see that all of it runs.
        public static final Extent SMALL = new Extent(1, 2, new Work("bodies", 256, 2), 1);
    }

    /// Does everything once.
    public RunReport run(Extent extent) {
        try (var hosted = new HostedProgram(cluster);
                var runc = Runc.of(NOTHING)) {
            talk.accept("a program that does nothing, %d times".formatted(extent.starts()));
            var starts = starts(extent, hosted, runc);
            talk.accept("a program that computes, %d times".formatted(extent.computations()));
            return new RunReport(starts, computations(extent, hosted));
        }
    }

    private static RunReport.Starts starts(Extent extent, HostedProgram hosted, Runc runc) {
        var jobs = new ArrayList<Duration>();
        var containers = new ArrayList<Duration>();
        var commits = new ArrayList<Duration>();
        for (var i = -extent.warmUps(); i < extent.starts(); i++) {
            var job = hosted.run(List.of(NOTHING)).took();
            var container = runc.run();
            var commit = hosted.commit();
            if (i >= 0) {
                jobs.add(job);
                containers.add(container);
                commits.add(commit);
            }
        }
        return new RunReport.Starts(jobs, containers, commits);
    }

    private RunReport.Computations computations(Extent extent, HostedProgram hosted) {
        var command = new ArrayList<>(List.of(program.toString()));
        command.addAll(extent.work().arguments("-"));
        var jobs = new ArrayList<Duration>();
        var alone = new ArrayList<Duration>();
        for (var i = 0; i < extent.computations(); i++) {
            var job = Computed.of(hosted.output(hosted.run(command)).strip());
            var itself = Crew.threads(program, extent.work(), 1);
            if (!job.checksum().equals(itself.checksum())) {
                throw new CampaignFailed("a job computes " + job + ", the program " + itself);
            }
            jobs.add(duration(job));
            alone.add(duration(itself));
        }
        return new RunReport.Computations(jobs, alone);
    }

    private static Duration duration(Computed computed) {
        return Duration.ofNanos((long) (computed.seconds() * NANOS_PER_SECOND));
    }
}
