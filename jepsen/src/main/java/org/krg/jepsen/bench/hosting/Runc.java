// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.hosting;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.krg.jepsen.bench.stores.Scratch;
import org.krg.jepsen.cluster.CampaignFailed;
import org.krg.tools.http.Json;

/// `runc run`, which makes a container for one program and removes it: no image, no network, no
/// layers, the `/usr` of the machine.
///
/// See the runtime specification of the Open Container Initiative, "Configuration".
final class Runc implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final List<String> NAMESPACES = List.of("pid", "ipc", "uts", "mount");

    private final Path directory;
    private int containers;

    private Runc(Path directory) {
        this.directory = directory;
    }

    /// Prepares containers of a program without arguments.
    ///
    /// @throws CampaignFailed if there is no runc
    static Runc of(String program) {
        var runc = new Runc(Scratch.make("runc"));
        try {
            runc.makeBundle(program);
            runc.start("--version");
            return runc;
        } catch (IOException | UncheckedIOException | CampaignFailed failure) {
            runc.close();
            throw new CampaignFailed("cannot use runc; `tools/setup` installs it", failure);
        }
    }

    private void makeBundle(String program) throws IOException {
        var root = Files.createDirectories(bundle().resolve("rootfs"));
        for (var name : List.of("usr", "proc", "dev", "tmp")) {
            Files.createDirectory(root.resolve(name));
        }
        for (var name : List.of("bin", "lib", "lib64")) {
            Files.createSymbolicLink(root.resolve(name), Path.of("usr", name));
        }
        var config = Json.object().put("ociVersion", "1.0.2");
        var process = config.putObject("process").put("cwd", "/");
        process.putObject("user").put("uid", 0).put("gid", 0);
        process.putArray("args").add(program);
        config.putObject("root").put("path", "rootfs");
        var mounts = config.putArray("mounts");
        mounts.addObject()
                .put("destination", "/usr")
                .put("type", "bind")
                .put("source", "/usr")
                .putArray("options")
                .add("bind")
                .add("ro");
        mounts.addObject().put("destination", "/proc").put("type", "proc").put("source", "proc");
        var namespaces = config.putObject("linux").putArray("namespaces");
        NAMESPACES.forEach(type -> namespaces.addObject().put("type", type));
        Files.writeString(bundle().resolve("config.json"), config.toString());
    }

    /// Runs the program in a container and returns when both are over.
    ///
    /// @return the time that took
    Duration run() {
        containers++;
        var name = directory.getFileName() + "-" + containers;
        var since = System.nanoTime();
        start("run", "--bundle", bundle().toString(), name);
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private void start(String... arguments) {
        var output = directory.resolve("output");
        try {
            var builder = new ProcessBuilder("runc", "--root", directory.resolve("state") + "");
            builder.command().addAll(List.of(arguments));
            var process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
            awaitEnd(process);
            if (process.exitValue() != 0) {
                throw new CampaignFailed("runc: " + Files.readString(output).strip());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void awaitEnd(Process process) {
        try {
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new CampaignFailed("runc does not end for " + LIMIT);
            }
        } catch (InterruptedException stop) {
            // It removes the container that it has made.
            var _ = process.onExit().join();
            throw new CampaignFailed("interrupted", stop);
        }
    }

    private Path bundle() {
        return directory.resolve("bundle");
    }

    @Override
    public void close() {
        Scratch.remove(directory);
    }
}
