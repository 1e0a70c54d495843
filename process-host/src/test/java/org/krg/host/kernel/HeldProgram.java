// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.krg.host.model.CellSpec;

/// A shell that cannot be executed until it is released, as if its file system did not answer. Its
/// file is leased, `fcntl(2)`, and whoever executes it waits for the holder, for 45 s at most.
final class HeldProgram implements AutoCloseable {
    private static final String HOLD =
            """
            import fcntl, signal, sys
            signal.signal(signal.SIGIO, lambda *_: print("asked", flush=True))
            file = open(sys.argv[1])
            fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            print("held", flush=True)
            sys.stdin.read()
            """;

    private final Path shell;
    private final Process holder;
    private final BufferedReader said;

    private HeldProgram(Path shell, Process holder) throws IOException {
        this.shell = shell;
        this.holder = holder;
        said = holder.inputReader(StandardCharsets.UTF_8);
        require("held");
    }

    /// @param file in whose directory it is made, which every user may enter
    static HeldProgram besides(Path file) throws IOException {
        var shell =
                Files.copy(
                        Path.of("/bin/sh"),
                        file.resolveSibling("held-sh"),
                        StandardCopyOption.COPY_ATTRIBUTES);
        var command = List.of("python3", "-c", HOLD, shell.toString());
        var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        return new HeldProgram(shell, process.start());
    }

    /// {@return an exclusive program: a line for the shell}
    CellSpec exclusive(String script) {
        var arguments = List.of(shell.toString(), "-c", script);
        return CellFixture.spec(arguments, CellFixture.NOBODY, CellSpec.Stdin.EMPTY, true);
    }

    /// Waits until somebody is about to execute it.
    void awaitAsked() throws IOException {
        require("asked");
    }

    private void require(String line) throws IOException {
        var next = said.readLine();
        if (!line.equals(next)) {
            throw new IOException("the holder of " + shell + " said " + next);
        }
    }

    /// From now on it can be executed.
    void release() {
        holder.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        release();
    }
}
