// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.Deadline;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Progress;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiPath;
import org.krg.tools.http.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `state lock`
@Command(
        footer = {
            "",
            "Runs COMMAND while it holds the lock, and ends with its exit code. The lock is released when the command ends, at Ctrl-C, and when this machine dies, after --ttl. A command whose lock is lost is stopped, before --ttl is over since the last renewal, and the exit code is 5.",
            "KRG_LOCK_TOKEN of the command is the fencing token: larger for each holder than for those before. Hand it to what the lock protects, and have that refuse smaller ones: no lock alone can stop a command that was asleep when its lock was lost.",
            "",
            "  krg-admin state lock nightly-report -- ./report.sh",
            "  krg-admin state lock deploy --timeout 10s -- sh -c 'echo $KRG_LOCK_TOKEN; make deploy'"
        })
public final class StateLock implements Callable<Integer> {
    /// Of one question for the lock, which waits in the agent.
    private static final Duration ROUND = Duration.ofSeconds(5);

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "NAME", description = "the lock")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private String name = "";

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "-- COMMAND",
            description = "what runs while the lock is held, and its arguments")
    private final List<String> command = new ArrayList<>();

    @Option(
            names = "--ttl",
            paramLabel = "DURATION",
            description = "how long the lock outlives this machine (default: 10s)")
    private Duration ttl = Duration.ofSeconds(10);

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            description = "how long to wait for the lock; then exit code 7 (default: for ever)")
    private @Nullable Duration timeout;

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public StateLock(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (ttl.compareTo(Duration.ofSeconds(2)) < 0) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "--ttl is at least 2s",
                    "renewals need that much on a busy day");
        }
        try (var client = connection.open(terminal);
                var renewing = connection.open(terminal);
                var lease = HeldLease.grant(renewing, ttl)) {
            var token = acquire(client, lease);
            return new LockedCommand(terminal, command, lease).run(token);
        }
    }

    private long acquire(ApiClient client, HeldLease lease) {
        var deadline = timeout == null ? null : Deadline.in(timeout);
        try (var _ = Progress.of(terminal, "waiting for the lock " + name)) {
            while (true) {
                lease.requireHeld();
                var body =
                        Json.object()
                                .put("name", name)
                                .put("lease", lease.id())
                                .put("value", holder())
                                .put("waitSeconds", ROUND.toSeconds());
                var reply = client.post(ApiPath.of("locks"), body, ROUND.multipliedBy(4));
                if (reply.path("held").asBoolean()) {
                    return reply.path("token").asLong();
                }
                if (deadline != null && deadline.isOver()) {
                    throw new VerbFailed(
                            ExitCode.TIMED_OUT,
                            "somebody else holds the lock " + name,
                            "krg-admin state range "
                                    + name
                                    + "/ shows who waits, the holder first");
                }
            }
        }
    }

    /// Who holds it, for others to read.
    private static String holder() {
        try {
            return InetAddress.getLocalHost().getHostName() + "/" + ProcessHandle.current().pid();
        } catch (UnknownHostException nameless) {
            return "pid " + ProcessHandle.current().pid();
        }
    }
}
