// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.dev.DevDirectory;
import org.krg.tools.dev.cli.KrgHome;
import org.krg.tools.dev.cli.Work;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `demo`
@Command
public final class DemoVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final OutputOptions output = new OutputOptions();

    @Option(
            names = "--size",
            paramLabel = "N",
            description = "points along an edge of the plate (default: ${DEFAULT-VALUE})")
    private long size = 1024;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "how many (default: what takes about 40 s on this machine)")
    private long steps;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "picks the temperatures at the start (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "directory of the cluster, new or empty (default: one in /tmp)")
    private @Nullable Path directory;

    @Option(names = "--keep", description = "leave the directory, with all logs")
    private boolean keep;

    public DemoVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        return Work.interruptibly(() -> {
            var settings = new DemoSettings(directory(), keep, size, steps, seed);
            var narration = new Narration(terminal, this::tell);
            var report = new Demo(settings, KrgHome.require(), narration).run();
            report.claims().forEach(claim -> tell(claim.line()));
            output.print(terminal, report.tree(), () -> verdict(report));
            return report.held() ? ExitCode.OK : ExitCode.FAILED;
        });
    }

    // The story is the data, unless data are asked for.
    private void tell(String line) {
        if (output.isTable()) {
            terminal.wipe();
            terminal.out().println(line);
            terminal.out().flush();
        } else {
            terminal.say(line);
        }
    }

    private static String verdict(DemoReport report) {
        return report.held()
                ? "Everything held.%n".formatted()
                : "Not everything held; see BROKEN above.%n".formatted();
    }

    private DevDirectory directory() throws IOException {
        return DevDirectory.at(
                directory == null ? Files.createTempDirectory("krg-demo-") : directory);
    }
}
