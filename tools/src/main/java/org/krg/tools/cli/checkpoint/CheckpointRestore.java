// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import org.krg.tools.render.Processes;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `checkpoint restore`
@Command(
        footer = {
            "",
            "Without --name the process goes back to the checkpoint: what it has done since is lost. With --name its program goes",
            "on from there as another job beside it, with numbers of its own. Both use the files that they have open by the same",
            "names: those open for writing are put back as they were at the checkpoint.",
            "",
            "With --substitute-fd a file that it had open is another one from then on, at the same position and with the same",
            "flags. The other one has to be there, wherever the program may be brought back, and to be its user's to open so;",
            "nothing is written to it before the program does. It holds for every restore from that checkpoint, also the next",
            "one after the loss of a node, until checkpoint restore is given others or none.",
            "",
            "Nodes that could not bring it back from there, as job explain tells, are tried again at once."
        })
public final class CheckpointRestore implements Callable<Integer> {
    /// A copy of many GiB to another node.
    private static final Duration COPIED_WITHIN = Duration.ofMinutes(30);

    private static final Duration RUNNING_WITHIN = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Terminal terminal;

    @Parameters(paramLabel = "ID", description = "PROCESS.NUMBER, as checkpoint list shows it")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String id = "";

    @Option(
            names = "--frozen",
            description = "it stands still there until krg-admin checkpoint unfreeze")
    private boolean frozen;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "as another job of that name; the process goes on as it is")
    private @Nullable String name;

    @Option(
            names = "--substitute-fd",
            paramLabel = "FILE|FD=PATH",
            converter = OtherFile.Converter.class,
            description =
                    "have PATH in the place of FILE that it had open, or of descriptor FD of its first process;"
                            + " repeatable")
    private List<OtherFile> others = new ArrayList<>();

    @Option(names = "--detach", description = "do not wait until it runs")
    private boolean detach;

    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public CheckpointRestore(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        try (var client = connection.open(terminal)) {
            var ordered = name == null ? goBack(client) : begin(client, name);
            var process = detach ? ordered : await(client, ordered);
            output.print(
                    terminal,
                    process,
                    () -> Processes.table(List.of(process), terminal.now(), output.hasHeaders()));
            var target = process.path("target").asText();
            if (frozen) {
                terminal.say(
                        "%s stands still at checkpoint %s; krg-admin checkpoint unfreeze %s lets it go on"
                                .formatted(target, id, target));
                return ExitCode.OK;
            }
            terminal.say(
                    target
                            + " goes on from checkpoint "
                            + id
                            + "; krg-admin logs -f "
                            + target
                            + " shows its output");
        }
        return ExitCode.OK;
    }

    private JsonNode goBack(ApiClient client) {
        return client.post(ApiPath.of("checkpoints", id, "restore"), request());
    }

    private JsonNode begin(ApiClient client, String other) {
        try (var _ = Progress.of(terminal, "making job " + other + " of " + id);
                var _ =
                        Farewell.of(
                                terminal,
                                "it may still become a job; krg-admin job list shows it")) {
            var first =
                    client.post(
                            ApiPath.of("checkpoints", id, "restore"),
                            request().put("name", other),
                            COPIED_WITHIN);
            return client.get(ApiPath.of("processes", first.path("process").asText()));
        }
    }

    private ObjectNode request() {
        var request = frozen ? Json.object().put("frozen", true) : Json.object();
        if (!others.isEmpty()) {
            request.set("substitutes", OtherFile.all(others));
        }
        return request;
    }

    private JsonNode await(ApiClient client, JsonNode ordered) throws InterruptedException {
        var target = ordered.path("target").asText();
        var path = ApiPath.of("processes", ordered.path("id").asText());
        var deadline = Deadline.in(RUNNING_WITHIN);
        try (var _ = Progress.of(terminal, "restoring " + target + " from " + id);
                var _ = Farewell.of(terminal, "the restore goes on; krg-admin ps shows it")) {
            for (var present = ordered; ; present = client.get(path)) {
                switch (present.path("phase").asText()) {
                    case "running" -> {
                        return present;
                    }
                    case "ended" ->
                            throw new VerbFailed(
                                    ExitCode.FAILED,
                                    target + " did not come back: " + Processes.ending(present),
                                    "krg-admin job explain "
                                            + present.path("job").asText()
                                            + " tells more");
                    default -> {
                        if (deadline.isOver()) {
                            throw new VerbFailed(
                                    ExitCode.TIMED_OUT,
                                    target
                                            + " does not run yet: "
                                            + present.path("reason").asText("it is being restored"),
                                    "krg-admin job explain "
                                            + present.path("job").asText()
                                            + " tells what it waits for");
                        }
                    }
                }
                Thread.sleep(PAUSE);
            }
        }
    }
}
