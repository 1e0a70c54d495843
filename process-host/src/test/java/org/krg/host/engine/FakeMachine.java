// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.krg.host.HostFailure;
import org.krg.host.OutputChunk;
import org.krg.host.OutputStreamName;
import org.krg.host.RestartMark;
import org.krg.host.core.Images;
import org.krg.host.core.ObservedCell.State;
import org.krg.host.model.CellId;
import org.krg.host.model.ProcessExit;
import org.krg.state.model.JobSpec;
import org.krg.state.model.Usage;

/// Cells that are only remembered.
final class FakeMachine implements Machine {
    private final Map<CellId, Duration> permitted = new ConcurrentHashMap<>();
    private final Map<CellId, State> states = new ConcurrentSkipListMap<>();
    private final Map<CellId, CompletableFuture<String>> ends = new ConcurrentSkipListMap<>();
    private final Set<CellId> hidden = ConcurrentHashMap.newKeySet();
    private final List<String> done = new CopyOnWriteArrayList<>();
    private volatile CompletableFuture<Void> programsAnswer =
            CompletableFuture.completedFuture(null);
    private volatile Optional<HostFailure> startFailure = Optional.empty();
    private volatile Optional<ProcessExit> endAtOnce = Optional.empty();

    /// {@return what was done, in order}
    List<String> done() {
        return List.copyOf(done);
    }

    /// {@return up to when the program of a cell might go on, as the engine said last}
    Optional<Duration> permitted(CellId cell) {
        return Optional.ofNullable(permitted.get(cell));
    }

    /// From now on nobody can tell what is in that cell.
    void hide(CellId cell) {
        hidden.add(cell);
    }

    /// From now on nobody who sends a signal or freezes a program comes back before that.
    void holdPrograms(CompletableFuture<Void> until) {
        programsAnswer = until;
    }

    void put(CellId cell, State state) {
        states.put(cell, state);
    }

    void failStarts(HostFailure failure) {
        startFailure = Optional.of(failure);
    }

    /// From now on programs end before anybody can look at them.
    void endStartsWith(ProcessExit exit) {
        endAtOnce = Optional.of(exit);
    }

    void end(CellId cell, ProcessExit exit) {
        states.put(cell, new State.Over(exit, Usage.UNKNOWN, Images.NOW));
        ended(cell).complete("ended");
    }

    @Override
    public List<CellId> cells() {
        return List.copyOf(states.keySet());
    }

    @Override
    public State look(CellId cell) {
        if (hidden.contains(cell)) {
            throw new HostFailure(HostFailure.Code.FAILED, "cell " + cell + " is hidden", "");
        }
        return states.getOrDefault(cell, new State.Unfinished());
    }

    @Override
    public void start(CellId cell, JobSpec spec, Duration until) {
        permitted.put(cell, until);
        done.add("start " + cell);
        if (startFailure.isPresent()) {
            throw startFailure.get();
        }
        states.put(cell, new State.Alive(false));
        endAtOnce.ifPresent(exit -> end(cell, exit));
    }

    @Override
    public void prepare(CellId cell, JobSpec spec) {
        done.add("prepare " + cell);
        if (startFailure.isPresent()) {
            states.put(cell, new State.Unfinished());
            throw startFailure.get();
        }
        states.put(cell, new State.Prepared());
    }

    @Override
    public void fence(CellId cell) {
        kill(cell);
    }

    @Override
    public void kill(CellId cell) {
        done.add("kill " + cell);
        if (look(cell) instanceof State.Alive) {
            end(cell, new ProcessExit.Signaled(9));
        }
    }

    @Override
    public void release(CellId cell) {
        done.add("release " + cell);
    }

    @Override
    public void discard(CellId cell) {
        done.add("discard " + cell);
        states.remove(cell);
    }

    @Override
    public void freeze(CellId cell) {
        programsAnswer.join();
        done.add("freeze " + cell);
        states.put(cell, new State.Alive(true));
    }

    @Override
    public void thaw(CellId cell, Duration until) {
        permitted.put(cell, until);
        done.add("thaw " + cell);
        states.put(cell, new State.Alive(false));
    }

    @Override
    public void signal(CellId cell, int signal, boolean all) {
        programsAnswer.join();
        done.add("signal " + cell + " " + signal + (all ? " all" : ""));
    }

    @Override
    public CompletableFuture<String> ended(CellId cell) {
        return ends.computeIfAbsent(cell, _ -> new CompletableFuture<>());
    }

    @Override
    public OutputChunk output(CellId cell, OutputStreamName stream, long offset, int maxBytes) {
        return new OutputChunk(0, ByteBuffer.allocate(0), 0, true);
    }

    @Override
    public List<RestartMark> restartMarks(CellId cell) {
        return List.of();
    }

    @Override
    public void resize(CellId cell, int rows, int columns) {
        done.add("resize " + cell + " " + rows + " " + columns);
    }

    @Override
    public int writeStdin(CellId cell, byte[] bytes, boolean end) {
        done.add("stdin " + cell + " " + bytes.length + (end ? " end" : ""));
        return bytes.length;
    }
}
