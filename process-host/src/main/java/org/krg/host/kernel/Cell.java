// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.krg.checkpoint.CellEntry;
import org.krg.host.model.CellId;
import org.krg.host.model.CellUsage;
import org.krg.host.model.ProcessExit;
import org.krg.host.model.StreamOffsets;
import org.krg.state.model.Ipv4Address;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One cell on this machine, running or over. Holds no state of its own: everything is asked from
/// the cell's directory, its krg-init and the kernel, so that it is as good after a restart of the
/// agent as before. Safe for use by several threads.
public final class Cell {
    private static final Logger log = LoggerFactory.getLogger(Cell.class);

    /// krg-init answers at once unless its disk is stuck.
    private static final Duration CONTROL_LIMIT = Duration.ofSeconds(10);

    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(50);

    /// As much as one message of standard input may hold: the capacity of the FIFO.
    public static final int MOST_STDIN_BYTES = 64 * 1024;

    private static final String TAKEN = "taken ";

    /// Of a cell whose incarnation is not the agreed one.
    private static final String VOID = "void";

    /// Which cgroup of the cell a command runs in.
    public enum Place {
        /// Beside krg-init, not frozen with the program: for a dump.
        INIT,
        /// Among the program: for a restore, whose processes stay in the cgroup they are made in.
        APP
    }

    private final CellId id;
    private final Path directory;
    private final Confinement confinement;
    private final CellLink link;

    Cell(CellId id, Path directory, Confinement confinement, CellLink link) {
        this.id = id;
        this.directory = directory;
        this.confinement = confinement;
        this.link = link;
    }

    /// {@return which incarnation of which process this is}
    public CellId id() {
        return id;
    }

    /// {@return the directory of the cell}
    public Path directory() {
        return directory;
    }

    /// {@return the file with every byte of standard output}
    public Path stdout() {
        return directory.resolve("stdout");
    }

    /// {@return the file with every byte of standard error}
    public Path stderr() {
        return directory.resolve("stderr");
    }

    /// {@return krg-init's own log, for a person who looks for a reason}
    public Path log() {
        return directory.resolve("init.log");
    }

    /// {@return the host's number of krg-init; empty if there is none that lives}
    public OptionalLong findInitPid() {
        var init = InitProcess.find(directory).filter(InitProcess::isAlive);
        return init.isPresent() ? OptionalLong.of(init.get().pid()) : OptionalLong.empty();
    }

    /// {@return whether krg-init lives. A cell whose program has ended lives for a moment longer}
    public boolean isAlive() {
        return findInitPid().isPresent();
    }

    /// {@return how the program ended; empty while it runs or is being restored}
    public Optional<ProcessExit> findExit() {
        // In this order: krg-init writes the file before it ends.
        var alive = isAlive();
        var written = ExitFile.find(directory).map(ExitFile::exit);
        if (written.isPresent() && Files.exists(directory.resolve(VOID))) {
            return Optional.of(new ProcessExit.Vanished("another incarnation followed it"));
        }
        return written.isPresent() || alive
                ? written
                : Optional.of(new ProcessExit.Vanished("its krg-init was killed"));
    }

    /// {@return a future of the program's end, completed by a virtual thread of its own}
    public CompletableFuture<ProcessExit> exit() {
        var future = new CompletableFuture<ProcessExit>();
        Thread.ofVirtual()
                .name("cell-" + id + "-exit")
                .start(() -> {
                    try {
                        future.complete(awaitExit());
                    } catch (RuntimeException failure) {
                        future.completeExceptionally(failure);
                    }
                });
        return future;
    }

    /// {@return the pid of the program inside the cell}
    public int rootPid() {
        return Integer.parseInt(control("status").split(" ", 3)[1]);
    }

    /// {@return the host's number of the program; empty when it has ended or is not yet restored}
    public OptionalLong findRootHostPid() {
        return confinement.findHostPid(rootPid());
    }

    /// {@return the host's number of a process of the program, by its number inside the cell}
    OptionalLong findHostPid(int pid) {
        return confinement.findHostPid(pid);
    }

    /// {@return whether no `krg-pages` is at work for it}
    boolean isMemoryHere() {
        return confinement.isMemoryHere();
    }

    /// {@return the path in the cell of the directory that the program saves itself in, if it was
    /// given one}
    Optional<String> findState() {
        return Files.isDirectory(PagesSocket.state(directory), LinkOption.NOFOLLOW_LINKS)
                ? Optional.of(PagesSocket.STATE_IN_CELL.toString())
                : Optional.empty();
    }

    /// Starts the program in a frozen cell that was made for a restore. It stands still before it
    /// does anything, until the cell is thawed.
    void begin() {
        control("begin");
    }

    /// Tells krg-init what is about to be restored. What the program had written is in [#stdout]
    /// and [#stderr] by now.
    ///
    /// @param rootPid the pid of the program inside the cell
    void expect(int rootPid) {
        control("expect " + rootPid);
    }

    /// Tells krg-init that the restore has succeeded: from now on the end of the restored program
    /// is the end of the cell. Before that it is only a failed restore, and no exit is recorded.
    ///
    /// @throws CellFailed if there is no process with the root's pid
    public void confirmRestored() {
        control("restored");
    }

    /// Sends a signal to the program.
    public void signal(int number) {
        control("signal " + number);
    }

    /// Sends a signal to every process of the program.
    public void signalAll(int number) {
        control("signal-all " + number);
    }

    /// Moves what the program has written so far from its FIFOs to the files. In a frozen cell
    /// nothing is left behind, and the offsets are those of the frozen program.
    public StreamOffsets sync() {
        var words = control("sync").split(" ", 3);
        return new StreamOffsets(
                Long.parseLong(words[0]), Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    /// Hands bytes to the program's standard input. Blocks until the FIFO has taken them, at most
    /// for `limit`: the rest is not handed over then.
    ///
    /// @param bytes at most [#MOST_STDIN_BYTES]
    /// @return how many were taken: none where eight others wait for the program to read
    /// @throws CellFailed if the input has ended, or krg-init does not answer; how many bytes it
    ///   has taken, [#sync] tells
    public int writeStdin(byte[] bytes, Duration limit) {
        if (bytes.length > MOST_STDIN_BYTES) {
            throw new IllegalArgumentException("too much for one message: " + bytes.length);
        }
        var answer = ControlSocket.offer(directory, "stdin " + bytes.length, bytes, limit);
        if (answer.equals("busy")) {
            return 0;
        }
        return answer.startsWith(TAKEN)
                ? Integer.parseInt(answer.substring(TAKEN.length()))
                : bytes.length;
    }

    /// Tells the program how large its terminal is.
    ///
    /// @throws CellFailed if it has none
    public void resize(int rows, int columns) {
        control("resize %d %d".formatted(rows, columns));
    }

    /// Keeps in a file what the terminal of a frozen program holds: its settings, its size, and
    /// what was typed and not read. The terminal keeps it too.
    void keepTerminal(Path file) {
        control("save-terminal");
        try {
            Files.move(terminal(), file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new CellFailed("cannot keep " + terminal(), failure);
        }
    }

    /// Gives the terminal of a program that is about to be restored what [#keepTerminal] kept.
    void giveTerminal(Path file) {
        try {
            Files.copy(file, terminal(), StandardCopyOption.REPLACE_EXISTING);
            control("load-terminal");
            Files.delete(terminal());
        } catch (IOException failure) {
            throw new CellFailed("cannot give " + terminal(), failure);
        }
    }

    private Path terminal() {
        return directory.resolve("terminal");
    }

    /// Ends the program's standard input: it reads what was written before, then the end.
    public void endStdin() {
        control("eof");
    }

    /// Stops every process of the program.
    ///
    /// @throws CellFailed if they do not all stand still within `limit`
    public void freeze(Duration limit) {
        confinement.freeze(limit);
    }

    /// Stops every process of the program until [#release]: a checkpoint leaves it so.
    ///
    /// @throws CellFailed if they do not all stand still within `limit`
    void hold(Duration limit) {
        try {
            Files.write(held(), new byte[0]);
        } catch (IOException failure) {
            throw new CellFailed("cannot make " + held(), failure);
        }
        confinement.freeze(limit);
    }

    /// {@return whether the program stands still until [#release]}
    boolean isHeld() {
        return Files.exists(held());
    }

    /// Lets the program go on, whoever stopped it, the watchdog included.
    ///
    /// @param until up to when that holds, on the clock of [org.krg.linux.Boottime]: it was decided
    ///   under the lease that ends then
    /// @throws CellFailed if an exclusive cell is to go on later than that, or the lease is over
    void release(Duration until) {
        letGoOn("thaw " + until.toNanos());
        delete(held());
    }

    /// Lets the program go on, and ask for shared memory again.
    ///
    /// @throws CellFailed if the node's lease was over since it was decided that an exclusive
    ///   program may run: by now it may run elsewhere
    public void thaw() {
        letGoOn("thaw");
    }

    // Only krg-init does it, which can tell whether the lease stands at that moment: this process
    // may stand still between any two of its steps.
    private void letGoOn(String command) {
        delete(still());
        if (isAlive()) {
            control(command);
        }
    }

    private Path held() {
        return directory.resolve("held");
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new CellFailed("cannot remove " + file, failure);
        }
    }

    /// {@return the file that keeps the program from asking for shared memory while it is there}
    Path still() {
        return PagesSocket.still(directory);
    }

    /// {@return the processes of the program, as the host counts}
    public Set<Integer> pids() {
        var group =
                findFreezer().orElseThrow(() -> new CellFailed("cell " + id + " has no cgroup"));
        try {
            return Files.readAllLines(group.resolve("cgroup.procs")).stream()
                    .map(Integer::parseInt)
                    .collect(Collectors.toSet());
        } catch (IOException failure) {
            throw new CellFailed("cannot read the processes of cell " + id, failure);
        }
    }

    /// {@return the cell's own address, if it has one}
    public Optional<Ipv4Address> findAddress() {
        return link.address();
    }

    /// Lets packets in and out of a cell with an address of its own, and leads those of this
    /// machine there. To be done before the program goes on.
    public void connect() {
        link.connect();
    }

    /// Ends a program whose incarnation is not the agreed one. How it ends then says nothing of the
    /// process: a cluster that goes back to a backup may agree on this incarnation again. Where
    /// that cannot be written down the program ends all the same.
    void fence() {
        try {
            Files.write(directory.resolve(VOID), new byte[0]);
        } catch (IOException failure) {
            log.warn("a void cell is not marked cell={} reason={}", id, failure.toString());
        }
        cut();
        kill();
    }

    /// Keeps packets in and out of a cell with an address of its own. To be done before a frozen
    /// program is saved: what is on its way then is sent again, by the other side or from the
    /// image.
    public void cut() {
        link.cut();
    }

    /// Ends the connections to others of a program that came back from an old checkpoint, whose
    /// other sides have gone on meanwhile. To be done while the program stands still and the cell
    /// is connected, so that they hear of it.
    ///
    /// @param partners addresses that come back from the same moment: connections to them stay
    public void abortConnections(List<Ipv4Address> partners) {
        findAddress()
                .ifPresent(own ->
                        Connections.abort(
                                findInitPid()
                                        .orElseThrow(() ->
                                                new CellFailed(
                                                        "the krg-init of cell " + id + " ended")),
                                own,
                                partners));
    }

    /// {@return whether the program stands still}
    public boolean isFrozen() {
        return confinement.isFrozen();
    }

    /// {@return whether the program is to stand still, though something of it may not yet}
    boolean isHalted() {
        return confinement.isHalted();
    }

    /// {@return whether something besides krg-init works at the frozen program: a dump that
    /// outlived the agent that began it}
    boolean isBeingDumped() {
        return confinement.hasTools();
    }

    /// Kills every process of the program, frozen or not. krg-init then records the end and ends.
    public void kill() {
        confinement.kill();
    }

    /// {@return what the program uses, or has used when it has ended}
    public CellUsage usage() {
        return ExitFile.find(directory).map(ExitFile::usage).orElseGet(confinement::usage);
    }

    /// {@return the cgroup of the program in the unified tree, for `criu --freeze-cgroup`; empty
    /// without isolation}
    public Optional<Path> findFreezer() {
        return confinement.appGroups().stream().findFirst();
    }

    /// {@return the cgroup of krg-init in the unified tree; empty without isolation}
    public Optional<Path> findInitCgroup() {
        return confinement.initGroups().stream().findFirst();
    }

    /// {@return a command line that runs `command` in the pid, mount and network namespaces of the
    /// cell}
    ///
    /// @throws CellFailed if krg-init does not live or the cell has no isolation
    public List<String> inside(Place place, List<String> command) {
        var groups =
                switch (place) {
                    case INIT -> confinement.initGroups();
                    case APP -> confinement.appGroups();
                };
        var init = findInitPid();
        if (init.isEmpty() || groups.isEmpty()) {
            throw new CellFailed("no namespaces to enter in cell " + id);
        }
        return CellEntry.commandLine(init.getAsLong(), confinement.initGroups(), groups, command);
    }

    private ProcessExit awaitExit() {
        while (true) {
            var connected = awaitClosing();
            var exit = findExit();
            if (exit.isPresent()) {
                return exit.get();
            }
            if (!connected) {
                pause();
            }
        }
    }

    /// {@return whether there was a connection that could close}
    private boolean awaitClosing() {
        try {
            ControlSocket.awaitEnd(directory);
            return true;
        } catch (IOException unreachable) {
            return false;
        }
    }

    private static void pause() {
        try {
            Thread.sleep(RECONNECT_PAUSE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new CellFailed("interrupted while waiting for a cell", stop);
        }
    }

    private String control(String command) {
        return ControlSocket.request(directory, command, new byte[0], CONTROL_LIMIT);
    }
}
