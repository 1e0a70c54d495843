// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Farewell;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.Tty;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.ApiPath;
import org.krg.tools.render.Processes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `run`
@Command(
        footer = {
            "",
            "Options stand before the program; what follows it is the program's own.",
            "With --wait the exit code is the program's, 128+N if signal N ended it; of several ranks,",
            "that of the one whose failure ended the others.",
            "",
            "Example: krg-admin run --wait --checkpoint-every 30s -- ./heat 4096"
        })
public final class Run implements Callable<Integer> {
    private static final List<String> STREAMS = List.of("stdout", "stderr");

    private final Terminal terminal;

    @Parameters(
            paramLabel = "PROGRAM",
            arity = "1..*",
            description = "the program, found in PATH, and its arguments")
    private final List<String> command = new ArrayList<>();

    @Option(
            names = {"-w", "--wait"},
            description = "show its output and wait for its end")
    private boolean wait;

    @Option(names = "--detach", description = "return once the job is accepted (default)")
    private boolean detach;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "with --wait: how long; then exit code 7")
    private @Nullable Duration timeout;

    @Option(
            names = {"-i", "--stdin"},
            description = "pass standard input on to it, to its end")
    private boolean stdin;

    @Option(
            names = {"-t", "--terminal"},
            description = "give it a terminal of its own; -it connects yours with it, see attach")
    private boolean pty;

    @Mixin private final JobOptions options = new JobOptions();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public Run(Terminal terminal) {
        this.terminal = terminal;
    }

    /// Ends the options of this command with the name of the program.
    @Spec
    void parseUpToTheProgram(CommandSpec spec) {
        spec.parser().stopAtPositional(true);
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        var body = options.submission(terminal, command, stdin || pty);
        if (pty) {
            body.put("terminal", true);
        }
        try (var client = connection.open(terminal)) {
            var job = client.post(ApiPath.of("jobs"), body);
            if (isInteractive()) {
                return interact(client, job.path("name").asText());
            }
            return wait ? follow(client, job) : leave(client, job);
        }
    }

    private boolean isInteractive() {
        return pty && stdin && !detach;
    }

    private int interact(ApiClient client, String name) throws InterruptedException {
        var goesOn = "%s goes on: krg-admin attach %s".formatted(name, name);
        try (var _ = Farewell.of(terminal, goesOn)) {
            return new Session(terminal, client, name, false).run(0);
        } catch (ApiFailure lost) {
            throw new VerbFailed(
                    ExitCode.UNKNOWN_OUTCOME, lost.getMessage(), "as far as known, " + goesOn);
        }
    }

    private void check() {
        if (isInteractive() && !terminal.inIsTerminal()) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "standard input is no terminal",
                    "leave -t out: the program gets pipes then");
        }
        if (isInteractive()) {
            // Before there is a job that nobody can be connected with.
            Tty.takeOver().close();
        }
        if (wait && detach) {
            throw new VerbFailed(
                    ExitCode.USAGE, "--wait and --detach exclude each other", "leave one out");
        }
        if (timeout != null && (!wait || isInteractive())) {
            throw new VerbFailed(
                    ExitCode.USAGE, "--timeout means nothing without --wait", "add --wait");
        }
    }

    private int leave(ApiClient client, JsonNode job) throws IOException, InterruptedException {
        var name = job.path("name").asText();
        var ranks = Ranks.of(job);
        output.print(terminal, job, () -> name + "\n");
        if (stdin && !pty) {
            Stdin.copy(terminal.in(), client, ranks.getFirst());
        }
        terminal.say(
                "accepted; krg-admin logs -f "
                        + (ranks.size() == 1 ? name : name + "/RANK")
                        + " shows its output, krg-admin wait "
                        + name
                        + " waits for its end");
        return ExitCode.OK;
    }

    private int follow(ApiClient client, JsonNode job) {
        var name = job.path("name").asText();
        var goesOn =
                "%s goes on: krg-admin logs -f %s, krg-admin wait %s, krg-admin job stop %s"
                        .formatted(name, name, name, name);
        try (var _ = Farewell.of(terminal, goesOn)) {
            return follow(client, name, Ranks.Group.of(job));
        } catch (ApiFailure lost) {
            // The job is accepted: the codes below 125 are the program's.
            throw new VerbFailed(
                    ExitCode.UNKNOWN_OUTCOME, lost.getMessage(), "as far as known, " + goesOn);
        }
    }

    private int follow(ApiClient client, String name, Ranks.Group group) {
        var ranks = group.ranks();
        var deadline = Deadline.in(timeout);
        var open = new ArrayList<Outputs>();
        try {
            for (var rank : ranks) {
                var wish = new Outputs.Wish(rank, STREAMS, 0, true);
                open.add(Outputs.copy(terminal, client, wish, output));
            }
            if (stdin) {
                Thread.ofVirtual().name("stdin").start(() -> feed(client, ranks.getFirst()));
            }
            var ended = Ranks.await(client, group, rank -> await(client, name, rank, deadline));
            open.forEach(Outputs::join);
            ended.ranks().forEach(process -> tell(ranks.size() == 1, name, process));
            return ended.code();
        } finally {
            open.forEach(Outputs::close);
        }
    }

    private static JsonNode await(ApiClient client, String name, String rank, Deadline deadline) {
        return Outcomes.await(client, rank, deadline)
                .orElseThrow(() ->
                        new VerbFailed(
                                ExitCode.TIMED_OUT,
                                name + " has not ended yet and goes on",
                                "krg-admin wait " + name + " waits again"));
    }

    private void feed(ApiClient client, String process) {
        try {
            Stdin.copy(terminal.in(), client, process);
        } catch (ApiFailure | IOException failure) {
            terminal.say("standard input is not passed on: " + failure.getMessage());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(boolean isOnly, String name, JsonNode process) {
        if (!output.isTable()) {
            output.printOne(terminal, process, () -> "");
        }
        if (!process.path("outcome").path("kind").asText().equals("exited")) {
            var who = isOnly ? name : process.path("target").asText();
            terminal.say(who + ": " + Processes.ending(process));
        }
    }
}
