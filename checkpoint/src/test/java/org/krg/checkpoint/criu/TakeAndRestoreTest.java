// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;
import org.krg.checkpoint.fixture.TestMachine;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Manifest.Task;
import org.krg.state.model.Generation;

/// Programs in real cells, saved on one node and brought back on another.
final class TakeAndRestoreTest {
    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aShellLoopGoesOnWithTheNextLineOnAnotherNode() throws IOException {
        var spec = pair.spec("sh", "-c", Pair.COUNT);
        var cell = pair.start(spec);
        cell.awaitLines(10);

        var taken = pair.take(cell);
        assertThat(cell.isFrozen()).isFalse();
        cell.awaitLines(cell.lines().size() + 5);
        var generation = taken.generation();
        assertThat(generation.copies()).containsExactly(pair.home().name(), pair.away().name());
        assertThat(generation.frozen()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(20));
        assertThat(generation.imageBytes()).isPositive();
        assertThat(generation.storedBytes()).isPositive().isLessThan(generation.imageBytes());

        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(restored.lines());
    }

    /// Prints what the session's keyring is: `KEYCTL_GET_KEYRING_ID` and `KEYCTL_DESCRIBE`, x86-64.
    private static final String KEYRING =
            """
            import ctypes, time
            kernel, name = ctypes.CDLL(None).syscall, ctypes.create_string_buffer(200)
            while True:
                kernel(250, 6, -3, name, 200)
                print(kernel(250, 0, -3, 0), name.value.decode().split(";")[-1])
                time.sleep(.01)
            """;

    @Test
    void keysOfTheAgentsSessionAreOutOfReach() throws IOException {
        var spec = pair.spec("python3", "-u", "-c", KEYRING);
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var taken = pair.take(cell);

        var restored = pair.fail(cell, spec, taken);

        restored.awaitLines(cell.lines().size() + 5);
        var line = List.of("timeout", "--foreground", "1", "python3", "-u", "-c", KEYRING);
        var ours = new ProcessBuilder(line).start().inputReader().readLine();
        // A new one, and not that of the user, which is there where the agent has none.
        assertThat(restored.lines().getLast()).endsWith(" _ses").isNotEqualTo(ours);
    }

    @Test
    void aProgramThatIsAboutToStartAnotherIsSavedWhenItHas() throws IOException {
        var spec = pair.spec(TestMachine.program("starts-children").toString(), "200", "20");
        var cell = pair.start(spec);
        cell.awaitLines(3);

        var taken = pair.take(cell);
        assertThat(taken.generation().frozen()).isLessThan(Duration.ofMinutes(1));
        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 2);
        Pair.assertCounts(restored.lines());
    }

    @Test
    void aChildThatStartsNoProgramIsNamedAndTheProgramGoesOn() {
        var program = TestMachine.program("starts-children").toString();
        var cell = pair.start(pair.spec(program, "3600000", "0"));
        cell.awaitLines(1);

        assertThatThrownBy(() -> pair.take(cell))
                .isInstanceOfSatisfying(
                        CheckpointFailed.class,
                        failed -> {
                            assertThat(failed.failure().code()).isEqualTo(Code.FREEZE_TIMEOUT);
                            assertThat(failed.failure().cause())
                                    .startsWith("starts-children (pid ")
                                    .contains("vfork");
                            assertThat(failed.failure().next()).contains("goes on");
                        });
        assertThat(cell.isFrozen()).isFalse();
    }

    @Test
    void aTimerThatHadExpiredGoesOnAtItsInterval() throws IOException {
        var spec =
                pair.spec(
                        "python3",
                        "-u",
                        "-c",
                        """
                        import ctypes, os
                        libc = ctypes.CDLL(None)
                        timer = libc.timerfd_create(1, 0)
                        libc.timerfd_settime(timer, 0, (ctypes.c_long * 4)(0, 20000000, 0, 20000000), None)
                        count = 0
                        while True:
                            os.read(timer, 8)
                            count += 1
                            print(count)
                        """);
        var cell = pair.start(spec);
        cell.awaitLines(3);

        var restored = pair.fail(cell, spec, pair.take(cell));
        restored.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(restored.lines());
    }

    @Test
    void threadsAndChildrenOfPythonGoOn() throws IOException {
        var spec =
                pair.spec(
                        "python3",
                        "-u",
                        "-c",
                        """
                        import os, threading, time
                        lock, total = threading.Lock(), [0]
                        def work():
                            global total
                            while True:
                                with lock: total[0] += 1
                                time.sleep(0.01)
                        for _ in range(4): threading.Thread(target=work, daemon=True).start()
                        r, w = os.pipe()
                        for _ in range(3):
                            if os.fork() == 0:
                                while True:
                                    os.write(w, b'x'); time.sleep(0.01)
                        seen = n = 0
                        while True:
                            seen += len(os.read(r, 10)); n += 1
                            if n % 5 == 0:
                                with lock: print(n // 5, flush=True)
                        """);
        var cell = pair.start(spec);
        cell.awaitLines(5);
        var taken = pair.take(cell);
        var contents = pair.home().checkpoints().inspect(taken.generation());
        assertThat(contents.manifest().tasks()).hasSize(4);
        assertThat(contents.manifest().tasks().getFirst())
                .returns(300, Task::pid)
                .returns(5, Task::threads)
                .returns(1, Task::parent);

        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(restored.lines());
        assertThat(restored.processes()).hasSize(4);
    }

    @Test
    void aHundredThreadsGoOn() throws IOException {
        var spec =
                pair.spec(
                        "python3",
                        "-u",
                        "-c",
                        """
                        import threading, time
                        ticks = [0] * 100
                        def work(i):
                            while True:
                                ticks[i] += 1; time.sleep(0.02)
                        threading.stack_size(65536)
                        for i in range(100): threading.Thread(target=work, args=(i,), daemon=True).start()
                        n = 0
                        while True:
                            before = list(ticks); time.sleep(0.2)
                            while any(a == b for a, b in zip(before, ticks)): time.sleep(0.01)
                            n += 1; print(n)
                        """);
        var cell = pair.start(spec);
        cell.awaitLines(2);
        var taken = pair.take(cell);
        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 3);
        Pair.assertCounts(restored.lines());
    }

    @Test
    void aTreeOfFiftyProcessesGoesOn() throws IOException {
        var child = "while read -r line; do echo $((line + 1)); done";
        // One number goes round through all of them.
        var spec =
                pair.spec(
                        "python3",
                        "-u",
                        "-c",
                        """
                        import subprocess, sys, time
                        ring, source = [], subprocess.PIPE
                        for _ in range(49):
                            c = subprocess.Popen(['sh', '-c', sys.argv[1]], stdin=source, stdout=subprocess.PIPE)
                            ring.append(c); source = c.stdout
                        n = 0
                        while True:
                            ring[0].stdin.write(b'%d\\n' % n); ring[0].stdin.flush()
                            got = int(ring[-1].stdout.readline())
                            assert got == n + 49, (got, n)
                            n += 1; print(n); time.sleep(0.02)
                        """,
                        child);
        var cell = pair.start(spec);
        cell.awaitLines(3);
        assertThat(cell.processes()).hasSize(50);
        var taken = pair.take(cell);
        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(restored.lines());
        assertThat(restored.processes()).hasSize(50);
    }

    @Test
    void whatIsUnreadInStandardInputAndItsEndComeBack() throws IOException {
        var script =
                "read a; echo got $a; read go; while read -r line; do echo more $line; done; echo end";
        var spec = pair.spec("sh", "-c", script).withInput("open");
        var cell = pair.start(spec);
        cell.feed("one\n");
        cell.awaitOutput("got one");
        // The shell waits in `read go`: stopped there, it leaves the rest in the FIFO.
        cell.freeze();
        cell.feed("go\ntwo\nthree\n");
        cell.endInput();
        var taken = pair.take(cell);

        var restored = pair.fail(cell, spec, taken);
        assertThat(restored.awaitExit()).isEqualTo("exited 0");
        assertThat(restored.output()).isEqualTo("got one\nmore two\nmore three\nend\n");
    }

    @Test
    void theExitStatusAfterARestoreIsTheProgramsOwn() throws IOException {
        var spec =
                pair.spec("sh", "-c", "echo ready; until [ -e go ]; do sleep 0.01; done; exit 7");
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var taken = pair.take(cell);
        var restored = pair.fail(cell, spec, taken);
        Files.createFile(pair.work().resolve("go"));
        assertThat(restored.awaitExit()).isEqualTo("exited 7");
        assertThat(restored.output()).isEqualTo("ready\n");
    }

    @Test
    void aProgramOfRootIsBroughtBackAsRoot() throws IOException {
        var spec = pair.spec("sh", "-c", Pair.COUNT).as(TestCell.ROOT);
        var cell = pair.start(spec);
        cell.awaitLines(5);
        var taken = pair.take(cell);
        var restored = pair.fail(cell, spec, taken);
        restored.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(restored.lines());
    }

    @Test
    void theFifthGenerationOfAProcessIsAsGoodAsTheFirst() throws IOException {
        var spec = pair.spec("sh", "-c", Pair.COUNT);
        var nodes = List.of(pair.home(), pair.away());
        var cell = pair.start(spec);
        var generations = new ArrayList<Generation>();
        for (var number = 1; number <= 5; number++) {
            cell.awaitLines(cell.lines().size() + 5);
            var here = nodes.get(number % 2);
            var there = nodes.get((number + 1) % 2);
            var taken = here.take(cell, number, there).generation();
            generations.add(taken);
            cell.kill();
            cell = there.restore(pair.machine(), taken, number + 1, spec);
        }
        cell.awaitLines(cell.lines().size() + 5);
        Pair.assertCounts(cell.lines());
        cell.kill();

        // An old one is still whole, and brings back what was then.
        var old = pair.home().restore(pair.machine(), generations.get(1), 7, spec);
        old.awaitLines(old.lines().size() + 5);
        Pair.assertCounts(old.lines());
        assertThat(pair.home().damage()).isEmpty();
        assertThat(pair.away().damage()).isEmpty();
    }

    @Test
    void aGenerationOfAnUnchangedProcessCostsLittle() throws IOException {
        var spec =
                pair.spec(
                        "python3",
                        "-u",
                        "-c",
                        """
                        import os, signal
                        block = bytearray(os.urandom(1 << 20)) * 1
                        data = [bytearray(os.urandom(1 << 20)) for _ in range(32)]
                        print('ready')
                        signal.pause()
                        """);
        var cell = pair.start(spec);
        cell.awaitLines(1);
        var first = pair.home().take(cell, 1, pair.away()).generation();
        var second = pair.home().take(cell, 2, pair.away()).generation();
        assertThat(first.storedBytes()).isGreaterThan(32L << 20);
        assertThat(second.imageBytes()).isGreaterThan(32L << 20);
        assertThat(second.storedBytes()).isLessThan(512 << 10);
        assertThat(pair.away().packBytes()).isLessThan(first.storedBytes() + (1 << 20));
    }
}
