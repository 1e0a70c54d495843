// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.Opening;
import org.krg.checkpoint.model.Verified;
import org.krg.host.GenerationContents;
import org.krg.host.HostFailure;
import org.krg.host.IncomingCheckpoint;
import org.krg.host.MoveProgress;
import org.krg.host.NodeReport;
import org.krg.host.OutputChunk;
import org.krg.host.OutputStreamName;
import org.krg.host.ProcessHost;
import org.krg.host.ProgramQuestion;
import org.krg.host.ResolvedProgram;
import org.krg.host.RestartMark;
import org.krg.host.core.ObservedCell;
import org.krg.host.core.PathFit;
import org.krg.host.model.CellId;
import org.krg.host.model.Footprint;
import org.krg.host.model.Obstacle;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.ClusterStore;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Identity;
import org.krg.state.model.Job;
import org.krg.state.model.MigrationId;
import org.krg.state.model.NodeId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Substitute;

/// The operations on this node's processes, for its API. Holds nothing itself.
public final class HostedProcesses implements ProcessHost {
    private final NodeId self;
    private final ClusterStore store;
    private final HostEngine engine;
    private final Machine machine;
    private final Checkpointing checkpoints;
    private final ArchiveDesk archives;
    private final Programs programs;
    private final Supplier<NodeReport> report;

    public HostedProcesses(
            NodeId self,
            ClusterStore store,
            HostEngine engine,
            Machine machine,
            Checkpointing checkpoints,
            ArchiveDesk archives,
            Programs programs,
            Supplier<NodeReport> report) {
        this.self = self;
        this.store = store;
        this.engine = engine;
        this.machine = machine;
        this.checkpoints = checkpoints;
        this.archives = archives;
        this.programs = programs;
        this.report = report;
    }

    @Override
    public void signal(ProcessId process, Epoch epoch, int signal, boolean all) {
        engine.reach(process, () -> machine.signal(cell(process, epoch), signal, all));
    }

    @Override
    public boolean stands(ProcessId process, Epoch epoch) {
        return machine.look(cell(process, epoch)) instanceof ObservedCell.State.Alive(var frozen, _)
                && frozen;
    }

    @Override
    public CompletableFuture<Generation> checkpoint(ProcessId process, boolean pinned) {
        return engine.checkpoint(process, pinned);
    }

    @Override
    public Footprint footprint(ProcessId process, Epoch epoch) {
        var image = store.image();
        var spec =
                image.processes()
                        .find(process)
                        .flatMap(it -> image.jobs().find(it.job()))
                        .map(Job::spec)
                        .orElseThrow(() ->
                                new HostFailure(
                                        HostFailure.Code.NOT_FOUND,
                                        "there is no process " + process,
                                        "`krg-admin ps` shows those there are"));
        var survey = checkpoints.survey(cell(process, epoch), spec);
        return new Footprint(
                survey.unsaved(),
                survey.bound(),
                new Footprint.Needs(
                        programs.digests(survey.files()),
                        programs.cpuFeatures(),
                        spec.runAs(),
                        programs.identified(survey.held()),
                        programs.needed(survey.paths(), spec.runAs()),
                        survey.leastBytes()),
                survey.segments(),
                survey.residentBytes());
    }

    @Override
    public List<Obstacle> lacks(Footprint.Needs needs) {
        var lacks = new ArrayList<>(programs.lacks(self, needs));
        PathFit.room(self.name(), needs.leastBytes(), checkpoints.freeBytes())
                .ifPresent(lacks::add);
        return lacks;
    }

    @Override
    public Optional<MoveProgress> progress(MigrationId migration) {
        return engine.progress(migration);
    }

    @Override
    public OutputChunk output(
            ProcessId process, Epoch epoch, OutputStreamName stream, long offset, int maxBytes) {
        return machine.output(cell(process, epoch), stream, offset, maxBytes);
    }

    @Override
    public List<RestartMark> restartMarks(ProcessId process, Epoch epoch) {
        return machine.restartMarks(cell(process, epoch));
    }

    @Override
    public void resize(ProcessId process, Epoch epoch, int rows, int columns) {
        engine.reach(process, () -> machine.resize(cell(process, epoch), rows, columns));
    }

    @Override
    public int writeStdin(ProcessId process, Epoch epoch, byte[] bytes, boolean end) {
        var taken = new AtomicInteger();
        engine.reach(
                process, () -> taken.set(machine.writeStdin(cell(process, epoch), bytes, end)));
        return taken.get();
    }

    @Override
    public GenerationContents inspect(GenerationId generation) {
        return checkpoints.inspect(require(generation));
    }

    @Override
    public List<Opening> openings(GenerationId generation, List<Substitute> substitutes) {
        return checkpoints.openings(require(generation), substitutes);
    }

    @Override
    public List<String> unopenable(Identity user, List<Opening> openings) {
        return checkpoints.unopenable(user, openings);
    }

    @Override
    public Verified verify(GenerationId generation) {
        return checkpoints.verify(require(generation));
    }

    @Override
    public GenerationDiff diff(GenerationId from, GenerationId to) {
        return checkpoints.diff(require(from), require(to));
    }

    @Override
    public void export(GenerationId generation, OutputStream out) {
        archives.export(require(generation), out);
    }

    @Override
    public IncomingCheckpoint open(InputStream archive, Optional<byte[]> authority) {
        return archives.open(archive, authority);
    }

    @Override
    public IncomingCheckpoint duplicate(GenerationId generation) {
        return archives.duplicate(require(generation));
    }

    private Generation require(GenerationId generation) {
        return store.image()
                .generations()
                .find(generation)
                .orElseThrow(() ->
                        new HostFailure(
                                HostFailure.Code.NOT_FOUND,
                                "there is no checkpoint " + generation,
                                "`krg-admin checkpoint list` shows those there are"));
    }

    @Override
    public ResolvedProgram resolve(
            String name, String searchPath, String workingDirectory, Identity user) {
        return programs.resolve(name, searchPath, workingDirectory, user);
    }

    @Override
    public ProgramFacts probe(ProgramQuestion question) {
        return programs.probe(question);
    }

    @Override
    public NodeReport report() {
        return report.get();
    }

    private static CellId cell(ProcessId process, Epoch epoch) {
        return new CellId(process.value(), epoch.value());
    }
}
