// SPDX-License-Identifier: Apache-2.0
package org.krg.host.daemon;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.host.AgentSettings;
import org.krg.host.HostFailure;
import org.krg.state.DiskFailed;
import org.krg.state.StorageDamaged;
import org.krg.state.StorageLost;
import org.krg.state.engine.Halt;
import org.slf4j.LoggerFactory;

/// `krgd`: the agent of a node, from its settings to its end.
public final class KrgDaemon {
    /// An agent that does not end within this time is ended by the JVM; what it has acknowledged is
    /// on the disk at any moment.
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    private KrgDaemon() {}

    /// Runs an agent until the process is told to end (SIGTERM, SIGINT). Prints one line, `krgd
    /// ready api=HOST:PORT`, once the API answers. The node's cells outlive it.
    ///
    /// @param config the file of its settings
    /// @param home where krg is installed
    /// @return 0
    /// @throws HostFailure if it cannot be started, or REMOVED if the node is no member any more
    public static int run(Path config, Path home) {
        var settings = SettingsFile.read(config, home);
        AgentLog.toConsole();
        var uncaught = new Uncaught(new Halt());
        Thread.setDefaultUncaughtExceptionHandler(uncaught);
        var told = new CompletableFuture<Optional<HostFailure>>();
        var _ = told.thenRun(uncaught::ending);
        var ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(told, ended), "krgd-end"));
        try (var data = DataDirectory.take(settings.node().data())) {
            AgentLog.toFile(data.path());
            requireMember(settings, data);
            try (var agent = start(settings, data, config)) {
                LoggerFactory.getLogger(AgentLog.CONSOLE).info("krgd ready api={}", agent.api());
                var _ = agent.left().thenAccept(why -> told.complete(Optional.of(why)));
                told.join()
                        .ifPresent(why -> {
                            throw why;
                        });
            }
        } finally {
            ended.countDown();
        }
        return 0;
    }

    /// A node that was told that it is no member asks nobody again: nothing lets it back in but
    /// what removes the note as well.
    private static void requireMember(AgentSettings settings, DataDirectory data) {
        data.findLeft()
                .ifPresent(standing -> {
                    throw RemovalWatch.failure(settings.node().name(), standing, data.path());
                });
    }

    private static Agent start(AgentSettings settings, DataDirectory data, Path config) {
        var rejoin =
                "krg-admin state rejoin --config %s moves it aside and lets the node come back with the data of the others"
                        .formatted(config);
        try {
            return Agent.start(settings, data);
        } catch (StorageLost lost) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT, String.valueOf(lost.getMessage()), rejoin, lost);
        } catch (StorageDamaged damaged) {
            throw new HostFailure(
                    HostFailure.Code.CORRUPT,
                    String.valueOf(damaged.getMessage()),
                    "krg-admin state inspect %s tells all that is wrong, krg-admin state repair %s"
                                    .formatted(data.path(), data.path())
                            + " puts right what can be; else "
                            + rejoin,
                    damaged);
        } catch (DiskFailed failed) {
            throw new HostFailure(
                    HostFailure.Code.DISK,
                    String.valueOf(failed.getMessage()),
                    failed.fault().remedy(),
                    failed);
        } catch (CheckpointFailed failure) {
            throw new HostFailure(
                    HostFailure.Code.FAILED,
                    failure.failure().cause(),
                    failure.failure().remedy(),
                    failure);
        }
    }

    private static void end(CompletableFuture<Optional<HostFailure>> told, CountDownLatch ended) {
        told.complete(Optional.empty());
        try {
            var _ = ended.await(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
