// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.krg.tools.render.Printable;

/// What surrounds a run of the command: its three streams and its environment. Data go to stdout,
/// talk to stderr.
public final class Terminal {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final String CLEAR_TO_END = "\u001b[K";

    private final InputStream in;
    private final PrintStream out;
    private final Supplier<String> outProblem;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final InstantSource clock;

    /// Whether the last line on standard error is one that the next replaces.
    private boolean isDrawn;

    public Terminal(
            InputStream in,
            PrintStream out,
            PrintStream err,
            Map<String, String> environment,
            InstantSource clock) {
        this(in, out, () -> "not all was taken", err, environment, clock);
    }

    private Terminal(
            InputStream in,
            PrintStream out,
            Supplier<String> outProblem,
            PrintStream err,
            Map<String, String> environment,
            InstantSource clock) {
        this.in = in;
        this.out = out;
        this.outProblem = outProblem;
        this.err = err;
        this.environment = Map.copyOf(environment);
        this.clock = clock;
    }

    /// {@return the terminal of this process}
    public static Terminal ofProcess() {
        var out = new StandardOutput();
        return new Terminal(
                System.in,
                buffered(out),
                () -> out.problem,
                buffered(new FileOutputStream(FileDescriptor.err)),
                System.getenv(),
                InstantSource.system());
    }

    private static PrintStream buffered(OutputStream to) {
        return new PrintStream(
                new BufferedOutputStream(to, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    }

    /// Remembers why it failed, which a [PrintStream] does not tell.
    private static final class StandardOutput extends FileOutputStream {
        private volatile String problem = "";

        StandardOutput() {
            super(FileDescriptor.out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                super.write(bytes, offset, length);
            } catch (IOException failed) {
                problem = String.valueOf(failed.getMessage());
                throw failed;
            }
        }
    }

    /// {@return standard input}
    public InputStream in() {
        return in;
    }

    /// {@return standard output, for data; flushed when the verb has ended}
    public PrintStream out() {
        return out;
    }

    /// {@return standard output, for many bytes: unlike [#out] it throws as soon as they are not
    /// taken} Whoever writes flushes it.
    public OutputStream bytes() {
        var checked =
                new OutputStream() {
                    @Override
                    public void write(int one) throws IOException {
                        write(new byte[] {(byte) one}, 0, 1);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        out.write(bytes, offset, length);
                        if (out.checkError()) {
                            throw new IOException(outProblem());
                        }
                    }
                };
        return new BufferedOutputStream(checked, BUFFER_BYTES);
    }

    /// Prints talk on standard error, at once and after what stdout holds. There may be names in it
    /// that others chose: they move no cursor and colour nothing.
    public void say(String lines) {
        print("", lines);
    }

    /// Prints what went wrong, as [#say] does.
    void sayError(String what) {
        print(Ink.of(this).red("error: "), what);
    }

    private synchronized void print(String head, String lines) {
        out.flush();
        wipe();
        err.println(head + Printable.lines(lines));
        err.flush();
    }

    /// Draws a line on standard error, in the place of the one drawn before. What is said next
    /// takes its place.
    synchronized void draw(String line) {
        err.print("\r" + line + CLEAR_TO_END);
        err.flush();
        isDrawn = true;
    }

    /// Takes the drawn line away, for whoever prints to standard output on the same screen.
    public synchronized void wipe() {
        if (isDrawn) {
            err.print("\r" + CLEAR_TO_END);
            err.flush();
            isDrawn = false;
        }
    }

    /// {@return standard error, for what is not a whole line}
    public PrintStream err() {
        return err;
    }

    /// {@return a variable of the environment, unless it is empty}
    public Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /// {@return the environment}
    public Map<String, String> environment() {
        return environment;
    }

    /// {@return the present time}
    public Instant now() {
        return clock.instant();
    }

    /// {@return whether a person types standard input}
    public boolean inIsTerminal() {
        return isTerminal(0);
    }

    /// {@return whether a person reads standard output}
    public boolean outIsTerminal() {
        return isTerminal(1);
    }

    /// {@return whether a person reads standard error}
    public boolean errIsTerminal() {
        return isTerminal(2);
    }

    /// {@return whether standard output does not take what is printed: nobody reads it any more, or
    /// a disk is full}
    public boolean outIsGone() {
        return out.checkError();
    }

    /// {@return why}
    String outProblem() {
        return outProblem.get();
    }

    public void flush() {
        out.flush();
        err.flush();
    }

    // System.console() would load a line editor.
    private static boolean isTerminal(int descriptor) {
        try {
            var target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
        } catch (IOException unknown) {
            return false;
        }
    }
}
