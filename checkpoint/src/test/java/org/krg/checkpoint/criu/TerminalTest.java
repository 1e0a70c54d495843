// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.criu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.krg.checkpoint.fixture.Pair;
import org.krg.checkpoint.fixture.TestCell;

/// A program goes on elsewhere with the terminal of its cell.
final class TerminalTest {
    private static final String CTRL_C = "\003";
    private static final String CTRL_D = "\004";

    /// Changes the settings, reads by single bytes, and draws anew when the size changes.
    private static final String EDITOR =
            """
            import os, signal, termios, tty
            def draw(*_):
                size = os.get_terminal_size()
                print(f"[{size.lines}x{size.columns}]", end="\\r\\n", flush=True)
            before = termios.tcgetattr(0)
            tty.setraw(0)
            signal.signal(signal.SIGWINCH, draw)
            draw()
            while True:
                byte = os.read(0, 1)
                if byte == b"q": break
                print("key", byte.hex(), os.tcgetpgrp(0) == os.getpgrp(), end="\\r\\n", flush=True)
            termios.tcsetattr(0, termios.TCSANOW, before)
            """;

    private final Pair pair = new Pair();

    @AfterEach
    void close() {
        pair.close();
    }

    @Test
    void aShellAndTheProgramInItsForegroundGoOnWhereTheyWere() throws IOException {
        var shell = pair.spec("bash", "--norc").withInput("terminal");
        var cell = pair.start(shell);
        cell.resize(20, 70);
        cell.feed("x=4; sleep 1000 & stty -ixon; python3 -c '" + EDITOR + "'\n");
        cell.awaitOutput("[20x70]");
        cell.feed("a" + CTRL_C);
        cell.awaitOutput("key 03 True");

        var there = move(cell, shell, 2);

        there.feed("b\r");
        there.awaitOutput("key 62 True");
        there.awaitOutput("key 0d True");
        there.resize(30, 80);
        there.awaitOutput("[30x80]");
        there.feed("q");
        there.feed("echo $((x + 1))=$(stty -a </dev/tty | grep -o -- -ixon)\n");
        there.awaitOutput("5=-ixon");
        there.feed("kill %1; wait %1; echo code=$?\n");
        there.awaitOutput("code=143");
        there.feed("sh -c 'echo sl\"\"eeping; exec sleep 1000'\n");
        there.awaitOutput("sleeping");
        there.feed(CTRL_C);

        var back = move(there, shell, 3);

        back.feed("echo code=$?; exit 7\n");
        back.awaitOutput("code=130");
        assertThat(back.awaitExit()).isEqualTo("exited 7");
    }

    @Test
    void whatWasTypedAndNotReadIsReadWhereItGoesOn() throws IOException {
        var go = pair.machine().workDirectory().resolve("go");
        var wait = "stty -echo; echo ready; until [ -e " + go + " ]; do sleep 0.01; done; ";
        var spec = pair.spec("sh", "-c", wait + "cat; cat -A; head -1").withInput("terminal");
        var cell = pair.start(spec);
        cell.awaitOutput("ready");
        cell.feed("one\rtw" + CTRL_D + CTRL_D + "\026" + CTRL_C + "\n" + CTRL_D + "un");

        var there = move(move(cell, spec, 2), spec, 3);

        there.feed("read\n");
        Files.createFile(go);
        there.awaitOutput("unread");
        assertThat(there.awaitExit()).isEqualTo("exited 0");
        assertThat(there.output()).isEqualTo("ready\r\none\r\ntw^C$\r\nunread\r\n");
    }

    private TestCell move(TestCell cell, TestCell.Spec spec, long epoch) throws IOException {
        var taken = pair.home().take(cell, epoch, pair.away());
        cell.kill();
        return pair.away().restore(pair.machine(), taken.generation(), epoch, spec);
    }
}
