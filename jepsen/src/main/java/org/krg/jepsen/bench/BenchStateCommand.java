// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.krg.jepsen.bench.report.Report;
import org.krg.jepsen.bench.report.ReportText;
import org.krg.jepsen.cluster.Interruptible;
import org.krg.state.Subcommand;
import org.krg.tools.render.Trees;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `bench state`: how fast krg's state store is, beside others on the same machine.
public final class BenchStateCommand implements Subcommand {
    private static final int FAILED = 1;

    @Override
    public String path() {
        return "bench state";
    }

    @Override
    public String summary() {
        return "Measure the state store beside etcd or ZooKeeper";
    }

    @Override
    public int run(List<String> arguments) {
        return new CommandLine(new Verb())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, _, _) -> {
                    System.err.println("error: " + failure.getMessage());
                    return FAILED;
                })
                .execute(arguments.toArray(String[]::new));
    }

    enum Peer {
        own,
        etcd,
        zookeeper,
        none
    }

    enum Format {
        table,
        json,
        markdown
    }

    enum Place {
        leader,
        all
    }

    @Command(
            name = "krg-admin bench state",
            sortOptions = false,
            mixinStandardHelpOptions = true,
            description = {
                "Starts krg and other stores on this machine, three servers each, on loopback and on"
                        + " one disk, with fsync; loads one after the other with the same"
                        + " closed-loop clients and shows ratios. tools/setup --bench installs"
                        + " etcd. Nothing is left behind.",
                "The clients share the machine with the servers: what both use of the processors is"
                        + " shown."
            })
    private static final class Verb implements Callable<Integer> {
        @Spec private @Nullable CommandSpec spec;

        @Option(
                names = "--against",
                split = ",",
                paramLabel = "STORE",
                description =
                        "own (another krg, through its own API in place of etcd's), etcd, zookeeper,"
                                + " several with commas, or none; default own,etcd")
        private @Nullable List<Peer> against;

        @Option(names = "--without-krg", description = "measure the others alone")
        private boolean withoutKrg;

        @Option(
                names = "--keys",
                paramLabel = "N",
                description = "made before; default ${DEFAULT-VALUE}")
        private long keys = 10_000;

        @Option(
                names = "--value-bytes",
                paramLabel = "N",
                description = "of each value; default ${DEFAULT-VALUE}")
        private int valueBytes = 256;

        @Option(
                names = "--workloads",
                split = ",",
                paramLabel = "WORKLOAD",
                description = "only these; default all: ${COMPLETION-CANDIDATES}",
                completionCandidates = Ids.class)
        private List<String> workloads = List.of();

        @Option(
                names = "--rounds",
                paramLabel = "N",
                description = "of each workload on each store; default ${DEFAULT-VALUE}")
        private int rounds = 3;

        @Option(
                names = "--seconds",
                paramLabel = "N",
                description = "of a round; default ${DEFAULT-VALUE}")
        private int seconds = 5;

        @Option(
                names = "--warm-up",
                paramLabel = "SECONDS",
                description = "load before the first round; default ${DEFAULT-VALUE}")
        private int warmUp = 20;

        @Option(
                names = "--connections",
                paramLabel = "N",
                description = "that the clients share; default ${DEFAULT-VALUE}")
        private int connections = 8;

        @Option(
                names = "--clients-at",
                paramLabel = "PLACE",
                description = "leader or all servers; default ${DEFAULT-VALUE}")
        private Place place = Place.leader;

        @Option(
                names = "--kills",
                paramLabel = "N",
                description = "of the leader of each store; default ${DEFAULT-VALUE}")
        private int kills = 5;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "FORMAT",
                description = "table, json or markdown; json is stable")
        private Format format = Format.table;

        @Override
        public Integer call() {
            var settings = settings();
            return Interruptible.perform(() -> measure(settings));
        }

        private int measure(BenchSettings settings) throws InterruptedException {
            var talk = new Talk(System.err::println);
            try (var bench = new Bench(settings, talk)) {
                print(bench.run());
                return 0;
            }
        }

        private BenchSettings settings() {
            return new BenchSettings(
                    stores(),
                    chosen(),
                    atLeast("--rounds", 1, rounds),
                    Duration.ofSeconds(atLeast("--seconds", 1, seconds)),
                    Duration.ofSeconds(atLeast("--warm-up", 0, warmUp)),
                    atLeast("--keys", 1, keys),
                    atLeast("--value-bytes", 1, valueBytes),
                    atLeast("--connections", 1, connections),
                    place == Place.leader,
                    atLeast("--kills", 0, kills));
        }

        private List<String> stores() {
            var stores = new ArrayList<String>();
            if (!withoutKrg) {
                stores.add("krg");
            }
            peers().stream()
                    .filter(it -> it != Peer.none)
                    .distinct()
                    .forEach(it -> stores.add(it.name()));
            if (stores.isEmpty()) {
                throw wrong("--without-krg --against none leaves nothing to measure");
            }
            return stores;
        }

        private List<Peer> peers() {
            var preset = withoutKrg ? List.of(Peer.etcd) : List.of(Peer.own, Peer.etcd);
            return against == null ? preset : against;
        }

        private List<Workload> chosen() {
            var ids = Workloads.ALL.stream().map(Workload::id).toList();
            for (var name : workloads) {
                if (!ids.contains(name)) {
                    throw wrong("there is no workload " + name + "; there are " + ids);
                }
            }
            return Workloads.ALL.stream()
                    .filter(it -> workloads.isEmpty() || workloads.contains(it.id()))
                    .toList();
        }

        private int atLeast(String option, int least, int value) {
            return (int) atLeast(option, least, (long) value);
        }

        private long atLeast(String option, long least, long value) {
            if (value < least) {
                throw wrong(option + " takes a number of at least " + least + ", not " + value);
            }
            return value;
        }

        private ParameterException wrong(String message) {
            return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
        }

        private void print(Report report) {
            var tree = report.tree();
            System.out.print(
                    switch (format) {
                        case table -> ReportText.of(tree);
                        case json -> Trees.json(tree);
                        case markdown -> ReportText.markdown(tree);
                    });
            System.out.flush();
        }
    }

    private static final class Ids extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Ids() {
            super(Workloads.ALL.stream().map(Workload::id).toList());
        }
    }
}
