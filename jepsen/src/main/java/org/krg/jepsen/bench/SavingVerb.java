// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.saving.Load;
import org.krg.jepsen.bench.saving.SavingBench;
import org.krg.jepsen.bench.saving.SavingBench.Kind;
import org.krg.jepsen.bench.saving.SavingText;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What `bench checkpoint` and `bench migrate` have in common.
@Command(sortOptions = false, mixinStandardHelpOptions = true)
final class SavingVerb implements Callable<Integer> {
    private static final int FAILED = 1;

    /// Where tools/setup puts a CRIU when the system's will not do.
    private static final Path OWN_CRIU = Path.of("/var/lib/krg-tools/criu/criu");

    private static final int NODES = 3;
    private static final long MIB = 1L << 20;

    private final Kind kind;

    @Spec private @Nullable CommandSpec spec;

    @Option(
            names = "--sizes",
            split = ",",
            paramLabel = "MIB",
            description = "memory of the programs in MiB; default 1, 64 and 1024, quick: 1 and 64")
    private List<Long> sizes = List.of();

    @Option(names = "--rounds", paramLabel = "N", description = "of each act; default 5, quick: 2")
    private int rounds;

    @Option(names = "--quick", description = "fewer programs, about two minutes")
    private boolean quick;

    @Mixin private final ReportOutput output = new ReportOutput();

    @Option(names = "--encrypt", description = "the nodes encrypt the checkpoints that they keep")
    private boolean encrypts;

    private SavingVerb(Kind kind) {
        this.kind = kind;
    }

    /// Runs the command of a kind and returns its exit code.
    static int run(Kind kind, String about, List<String> arguments) {
        var line = new CommandLine(new SavingVerb(kind));
        line.setCommandName("krg-admin bench " + kind);
        line.getCommandSpec()
                .usageMessage()
                .description(
                        about,
                        "Starts a dev cluster of its own; the same program runs in it and under"
                                + " bare CRIU, and the same is done to both in turn. For how long it"
                                + " stood still it says itself. Nothing is left behind.");
        line.setExecutionExceptionHandler((failure, _, _) -> {
            System.err.println("error: " + failure.getMessage());
            return FAILED;
        });
        return line.execute(arguments.toArray(String[]::new));
    }

    @Override
    public Integer call() {
        var loads = Load.matrix(bytes(), quick);
        return Interruptible.perform(() -> measure(loads));
    }

    private int measure(List<Load> loads) {
        var talk = new Talk(System.err::println);
        try (var cluster = encrypts ? Cluster.upEncrypting(NODES) : Cluster.up(NODES)) {
            var bench = new SavingBench(cluster, criu(), program(), rounds(), talk::say);
            var report = bench.run(kind, loads);
            output.print(SavingText.of(report), report);
            return 0;
        }
    }

    private List<Long> bytes() {
        var chosen = new ArrayList<Long>();
        for (var size : sizes.isEmpty() ? usual() : sizes) {
            if (size < 1) {
                throw wrong("--sizes takes numbers of at least 1, not " + size);
            }
            chosen.add(size * MIB);
        }
        return chosen;
    }

    private List<Long> usual() {
        return quick ? List.of(1L, 64L) : List.of(1L, 64L, 1024L);
    }

    private int rounds() {
        if (rounds < 0) {
            throw wrong("--rounds takes a number of at least 1, not " + rounds);
        }
        return rounds > 0 ? rounds : quick ? 2 : 5;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }

    private static List<String> criu() {
        return List.of(Files.isExecutable(OWN_CRIU) ? OWN_CRIU.toString() : "criu");
    }

    private static Path program() {
        return BenchLine.program("krg-bench-memory");
    }
}
