// SPDX-License-Identifier: Apache-2.0
package org.krg.host.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.krg.checkpoint.model.ArchiveHead;
import org.krg.checkpoint.model.GenerationDiff;
import org.krg.checkpoint.model.GenerationDiff.Change;
import org.krg.checkpoint.model.Manifest.Kind;
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
import org.krg.host.model.Footprint;
import org.krg.host.model.Obstacle;
import org.krg.policy.model.ProgramFacts;
import org.krg.state.model.Engine;
import org.krg.state.model.Epoch;
import org.krg.state.model.Generation;
import org.krg.state.model.GenerationId;
import org.krg.state.model.Identity;
import org.krg.state.model.MigrationId;
import org.krg.state.model.ProcessId;
import org.krg.state.model.Substitute;
import org.krg.testkit.Samples;

/// The processes of a node that has none: it remembers what it was asked, and has the output it was
/// given.
final class FakeProcessHost implements ProcessHost {
    private final Map<String, ByteArrayOutputStream> outputs = new ConcurrentHashMap<>();
    private final Set<String> broken = ConcurrentHashMap.newKeySet();
    private final Map<String, Boolean> ended = new ConcurrentHashMap<>();
    private final Map<String, RestartMark> marks = new ConcurrentHashMap<>();

    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile int stdinRoom = Integer.MAX_VALUE;

    /// Run when input comes, before anything is taken.
    volatile Runnable onStdin = () -> {};

    final List<Obstacle> unsaved = new CopyOnWriteArrayList<>();
    final List<Obstacle> lacking = new CopyOnWriteArrayList<>();
    volatile Optional<HostFailure> lacksFails = Optional.empty();
    final List<String> unopenable = new CopyOnWriteArrayList<>();
    volatile boolean damaged;
    volatile String checkpointKey = "";
    volatile boolean standing;
    volatile long residentBytes = 64 << 20;
    volatile @Nullable Generation taken;
    volatile @Nullable ArchiveHead archived;

    @Override
    public void export(GenerationId generation, OutputStream out) {
        try {
            out.write(generation.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /// Says that a program of `head` is in every archive.
    @Override
    public IncomingCheckpoint open(InputStream archive, Optional<byte[]> authority) {
        var head = archived;
        if (head == null) {
            throw new HostFailure(HostFailure.Code.CORRUPT, "no archive", "");
        }
        return new IncomingCheckpoint() {
            @Override
            public ArchiveHead head() {
                return head;
            }

            @Override
            public void receive() {
                throw new HostFailure(HostFailure.Code.CORRUPT, "torn", "");
            }

            @Override
            public Generation commit(ProcessId process) {
                throw new IllegalStateException("nothing was received");
            }

            @Override
            public void close() {
                asked.add("archive closed");
            }
        };
    }

    /// A program of [#archived], which is kept as any.
    @Override
    public IncomingCheckpoint duplicate(GenerationId generation) {
        return open(InputStream.nullInputStream(), Optional.empty());
    }

    @Override
    public Footprint footprint(ProcessId process, Epoch epoch) {
        return new Footprint(
                List.copyOf(unsaved),
                List.of(),
                new Footprint.Needs(List.of(), List.of(), Samples.ALICE, List.of(), List.of(), 1),
                List.of(),
                residentBytes);
    }

    @Override
    public List<Obstacle> lacks(Footprint.Needs needs) {
        lacksFails.ifPresent(failure -> {
            throw failure;
        });
        return List.copyOf(lacking);
    }

    @Override
    public Optional<MoveProgress> progress(MigrationId migration) {
        return Optional.of(new MoveProgress(5, 20));
    }

    /// Has an incarnation write to a stream.
    void write(ProcessId process, long epoch, OutputStreamName stream, String text) {
        var output =
                outputs.computeIfAbsent(
                        process + "." + epoch + stream, _ -> new ByteArrayOutputStream());
        synchronized (output) {
            output.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /// Has a stream be out of reach.
    void breakOutput(ProcessId process, long epoch, OutputStreamName stream) {
        broken.add(process + "." + epoch + stream);
    }

    /// Has an incarnation be over.
    void end(ProcessId process, long epoch) {
        ended.put(process + "." + epoch, true);
    }

    /// Has an incarnation come from a checkpoint.
    void mark(ProcessId process, long epoch, RestartMark mark) {
        marks.put(process + "." + epoch, mark);
    }

    @Override
    public void signal(ProcessId process, Epoch epoch, int signal, boolean all) {
        asked.add("signal " + process + "." + epoch + " " + signal + " " + all);
    }

    @Override
    public boolean stands(ProcessId process, Epoch epoch) {
        return standing;
    }

    @Override
    public CompletableFuture<Generation> checkpoint(ProcessId process, boolean pinned) {
        asked.add("checkpoint " + process + " " + pinned);
        var generation = taken;
        return generation == null
                ? CompletableFuture.failedFuture(
                        new HostFailure(
                                HostFailure.Code.NOT_CHECKPOINTABLE,
                                "descriptor 5 is an io_uring",
                                "close it"))
                : CompletableFuture.completedFuture(generation);
    }

    /// Each is read from its beginning; `/none` was not open.
    @Override
    public List<Opening> openings(GenerationId generation, List<Substitute> substitutes) {
        asked.add("openings " + generation + " " + substitutes);
        for (var substitute : substitutes) {
            if (substitute.what().toString().equals("/none")) {
                throw new HostFailure(HostFailure.Code.NOT_FOUND, "/none was not open", "");
            }
        }
        return substitutes.stream().map(it -> new Opening(it.path(), true, false, 0)).toList();
    }

    @Override
    public List<String> unopenable(Identity user, List<Opening> openings) {
        asked.add("unopenable as " + user.name() + " " + openings);
        return List.copyOf(unopenable);
    }

    @Override
    public Verified verify(GenerationId generation) {
        asked.add("verify " + generation);
        if (damaged) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT, "chunk 12 is damaged and no other copy is good", "");
        }
        return new Verified(17, 1);
    }

    @Override
    public GenerationDiff diff(GenerationId from, GenerationId to) {
        var part = new GenerationDiff.Part(Kind.IMAGE, "pages-1.img", Change.CHANGED, 8, 12, 1);
        return new GenerationDiff(from, to, List.of(part), 1, 4, 1, 2);
    }

    @Override
    public OutputChunk output(
            ProcessId process, Epoch epoch, OutputStreamName stream, long offset, int maxBytes) {
        if (broken.contains(process + "." + epoch + stream)) {
            throw new HostFailure(HostFailure.Code.FAILED, "cannot read the output", "");
        }
        var output = outputs.get(process + "." + epoch + stream);
        var all = new byte[0];
        if (output != null) {
            synchronized (output) {
                all = output.toByteArray();
            }
        }
        var from = (int) Math.min(offset, all.length);
        var to = Math.min(all.length, from + maxBytes);
        return new OutputChunk(
                offset,
                ByteBuffer.wrap(Arrays.copyOfRange(all, from, to)),
                all.length,
                ended.containsKey(process + "." + epoch));
    }

    @Override
    public List<RestartMark> restartMarks(ProcessId process, Epoch epoch) {
        var mark = marks.get(process + "." + epoch);
        return mark == null ? List.of() : List.of(mark);
    }

    @Override
    public void resize(ProcessId process, Epoch epoch, int rows, int columns) {
        asked.add("resize %s.%s %d %d".formatted(process, epoch, rows, columns));
    }

    @Override
    public int writeStdin(ProcessId process, Epoch epoch, byte[] bytes, boolean end) {
        onStdin.run();
        asked.add(
                "stdin %s.%s %s %s"
                        .formatted(process, epoch, new String(bytes, StandardCharsets.UTF_8), end));
        return Math.min(bytes.length, stdinRoom);
    }

    @Override
    public GenerationContents inspect(GenerationId generation) {
        return new GenerationContents(
                generation,
                "criu",
                10,
                0,
                List.of(new GenerationContents.Part("image", "core-300.img", 812)),
                List.of(new GenerationContents.Fact("criu", "4.2.1")));
    }

    @Override
    public ResolvedProgram resolve(
            String name, String searchPath, String workingDirectory, Identity user) {
        if (name.equals("missing")) {
            throw new HostFailure(
                    HostFailure.Code.PROGRAM_NOT_FOUND,
                    "there is no program \"missing\"",
                    "give its path; PATH is " + searchPath);
        }
        if (name.equals("locked")) {
            throw new HostFailure(
                    HostFailure.Code.NOT_EXECUTABLE, "locked cannot be executed", "chmod it");
        }
        asked.add("resolve " + name + " as " + user.name());
        return new ResolvedProgram("/usr/bin/" + name, Samples.DIGEST);
    }

    @Override
    public ProgramFacts probe(ProgramQuestion question) {
        return ProgramFacts.unknown("not asked here");
    }

    /// As the agent does it.
    String rekey() {
        if (checkpointKey.isEmpty()) {
            throw new HostFailure(HostFailure.Code.CONFLICT, "this node does not encrypt", "");
        }
        checkpointKey = "fedcba9876543210";
        return checkpointKey;
    }

    @Override
    public NodeReport report() {
        return new NodeReport(
                List.of("limits are off: no controllers"),
                List.of("cpu limits do not hold"),
                List.of(Engine.CRIU, Engine.RESTART),
                "4.2.1",
                "a program was saved and brought back",
                checkpointKey);
    }
}
