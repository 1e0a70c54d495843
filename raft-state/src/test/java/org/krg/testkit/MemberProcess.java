// SPDX-License-Identifier: Apache-2.0
package org.krg.testkit;

import com.codahale.metrics.MetricRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.krg.state.LeaderLink;
import org.krg.state.StateConfig;
import org.krg.state.StateConfig.FirstMember;
import org.krg.state.command.LeaseCommand.GrantLease;
import org.krg.state.command.Operation;
import org.krg.state.command.Reply;
import org.krg.state.model.HostPort;
import org.krg.state.model.NodeId;
import org.krg.state.model.SessionId;
import org.krg.state.ratis.RatisClusterStore;
import org.krg.state.rocksdb.RocksStorage;

/// A member in a process of its own, which can be killed and whose system calls can be made fail.
/// It writes one operation after the other while it leads and prints `ack REVISION` for each that
/// was acknowledged.
public final class MemberProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    private MemberProcess(Process process) {
        this.process = process;
        this.out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /// Starts a member.
    ///
    /// @param under a command that runs the JVM, `strace` for example
    public static MemberProcess start(
            List<String> under, UUID cluster, Path directory, NodeId self, List<FirstMember> all) {
        return start(under, cluster, directory, self, all, Duration.ofSeconds(20));
    }

    /// As above, with a patience of its own for its disk.
    public static MemberProcess start(
            List<String> under,
            UUID cluster,
            Path directory,
            NodeId self,
            List<FirstMember> all,
            Duration syncLimit) {
        var command = new ArrayList<>(under);
        command.addAll(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemberProcess.class.getName(),
                        cluster.toString(),
                        directory.toString(),
                        self.name(),
                        syncLimit.toString()));
        all.forEach(member -> command.add(member.node() + "=" + member.raft()));
        try {
            return new MemberProcess(
                    new ProcessBuilder(command)
                            .redirectError(directory.resolveSibling(self + ".err").toFile())
                            .start());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /// {@return the next line it prints; empty at its end}
    public String readLine() {
        try {
            var line = out.readLine();
            return line == null ? "" : line;
        } catch (IOException ended) {
            return "";
        }
    }

    /// Kills it as a loss of power to the process would: nothing is flushed.
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /// {@return whether it has ended, though its parent may not hear of it yet: the kernel waits
    /// for threads whose system calls nothing interrupts}
    public boolean isEnding() {
        try {
            var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) == 'Z';
        } catch (IOException gone) {
            return true;
        }
    }

    /// {@return its exit code}
    public int awaitExit(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the member did not end");
            }
            return process.exitValue();
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    @Override
    public void close() {
        kill();
    }

    /// The member's process: cluster, directory, node, patience for the disk, then every first
    /// member as `node=host:port`.
    public static void main(String... arguments) throws InterruptedException {
        var self = new NodeId(arguments[2]);
        var members =
                Stream.of(arguments)
                        .skip(4)
                        .map(text -> text.split("=", 2))
                        .map(pair ->
                                new FirstMember(new NodeId(pair[0]), 1, HostPort.parse(pair[1])))
                        .toList();
        var bind =
                members.stream()
                        .filter(each -> each.node().equals(self))
                        .findFirst()
                        .orElseThrow()
                        .raft();
        var directory = Path.of(arguments[1]);
        var config =
                StateConfig.defaults(
                        UUID.fromString(arguments[0]),
                        self,
                        1,
                        directory,
                        bind,
                        members,
                        Optional.empty());
        var preset = config.quorum();
        var quorum =
                new StateConfig.Quorum(
                        preset.electionMin(),
                        preset.electionMax(),
                        preset.voters(),
                        preset.replaceAfter(),
                        Duration.parse(arguments[3]));
        var store =
                RatisClusterStore.open(
                        config.withQuorum(quorum),
                        (_, _) ->
                                CompletableFuture.failedFuture(
                                        new LeaderLink.Unsent("no link", new IOException())),
                        new RocksStorage(directory.resolve("store")),
                        new MetricRegistry());
        System.out.println("open");
        var sequence = 0L;
        while (true) {
            if (!store.leadership().mine()) {
                Thread.sleep(20);
                continue;
            }
            sequence++;
            try {
                var reply =
                        store.submit(
                                        new Operation(
                                                new SessionId(900),
                                                sequence,
                                                0,
                                                new GrantLease(
                                                        "h" + sequence, Duration.ofHours(1))))
                                .get(20, TimeUnit.SECONDS);
                if (reply instanceof Reply.Accepted accepted) {
                    System.out.println("ack " + accepted.revision());
                }
            } catch (ExecutionException | TimeoutException unknown) {
                System.out.println("unknown " + unknown);
            }
        }
    }
}
