// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.krg.jepsen.bench.report.Medians;
import org.krg.jepsen.bench.saving.Subject.Mode;
import org.krg.jepsen.cluster.Cluster;
import org.krg.tools.http.Json;

/// Runs each program under krg and under bare CRIU at once and does the same to both in turn.
public final class SavingBench {
    private final Cluster cluster;
    private final List<String> criu;
    private final Path program;
    private final int rounds;
    private final Consumer<String> progress;

    /// What is measured.
    public enum Kind {
        /// Saving a program and bringing it back.
        checkpoint,
        /// Moving it.
        migrate
    }

    /// @param criu the command that runs CRIU
    /// @param program `krg-bench-memory`
    /// @param rounds of each act; the median counts
    public SavingBench(
            Cluster cluster,
            List<String> criu,
            Path program,
            int rounds,
            Consumer<String> progress) {
        this.cluster = cluster;
        this.criu = List.copyOf(criu);
        this.program = program;
        this.rounds = rounds;
        this.progress = progress;
    }

    /// {@return everything that was measured; times in milliseconds}
    public ObjectNode run(Kind kind, List<Load> loads) {
        var report = Json.object().put("kind", kind.name());
        report.putObject("conditions")
                .put("processors", Runtime.getRuntime().availableProcessors())
                .put("kernel", System.getProperty("os.version"))
                .put("rounds", rounds)
                .put("bare", "criu dump and restore, images on a tmpfs" + bareMove(kind))
                .put("krg", "dev cluster of 3 nodes, copies on 2, fsync");
        var rows = report.putArray("rows");
        for (var load : loads) {
            progress.accept(load.words());
            measure(kind, load, rows);
        }
        return report;
    }

    private static String bareMove(Kind kind) {
        return kind == Kind.migrate ? ", copied to another directory of it between them" : "";
    }

    private void measure(Kind kind, Load load, ArrayNode rows) {
        var name = kind + "-" + rows.size();
        var scratch = cluster.installation().scratch();
        try (var krg = new KrgSubject(cluster, name + "-krg", load, program);
                var bare = new BareSubject(criu, scratch, name + "-bare", load, program)) {
            switch (kind) {
                case checkpoint -> rows.add(saved(load, krg, bare));
                case migrate -> {
                    rows.add(moved(load, Mode.stopCopy, krg, bare));
                    rows.add(moved(load, Mode.warm, krg, bare));
                    rows.add(moved(load, Mode.postCopy, krg, bare));
                }
            }
        }
    }

    private ObjectNode saved(Load load, Subject krg, Subject bare) {
        var ours = new ArrayList<Cost>();
        var theirs = new ArrayList<Cost>();
        var oursBack = new ArrayList<Duration>();
        var theirsBack = new ArrayList<Duration>();
        for (var round = 0; round < rounds; round++) {
            ours.add(krg.save());
            theirs.add(bare.save());
            // What has been stored before is not stored again.
            ours.add(krg.save());
            theirs.add(bare.save());
            oursBack.add(krg.restore());
            theirsBack.add(bare.restore());
        }
        var row = row(load, ours, theirs);
        row.withObject("/krg")
                .put("firstBytes", ours.getFirst().newBytes())
                .put("nextBytes", ours.get(1).newBytes())
                .put("restoreMillis", Medians.millis(oursBack));
        row.withObject("/bare").put("restoreMillis", Medians.millis(theirsBack));
        return withRatios(row);
    }

    private ObjectNode moved(Load load, Mode mode, Subject krg, Subject bare) {
        var ours = new ArrayList<Cost>();
        var theirs = new ArrayList<Cost>();
        for (var round = 0; round < rounds; round++) {
            ours.add(krg.move(mode));
            theirs.add(bare.move(mode));
        }
        var row = row(load, ours, theirs).put("mode", mode.word());
        row.withObject("/krg")
                .put("firstBytes", ours.getFirst().wholeBytes())
                .put("nextBytes", ours.getLast().newBytes());
        return withRatios(row);
    }

    private static ObjectNode row(Load load, List<Cost> ours, List<Cost> theirs) {
        var row =
                Json.object()
                        .put("load", load.words())
                        .put("bytes", load.bytes())
                        .put("writer", load.writer().name())
                        .put("threads", load.threads())
                        .put("processes", load.processes());
        row.set("krg", side(ours));
        row.set("bare", side(theirs));
        return row;
    }

    private static ObjectNode side(List<Cost> costs) {
        return Json.object()
                .put("stoodMillis", Medians.millis(costs.stream().map(Cost::stood).toList()))
                .put("tookMillis", Medians.millis(costs.stream().map(Cost::took).toList()))
                .put("wholeBytes", costs.getLast().wholeBytes());
    }

    private static ObjectNode withRatios(ObjectNode row) {
        var ratios = row.putObject("ratios");
        for (var what : List.of("stood", "took", "restore")) {
            var ours = row.path("krg").path(what + "Millis").asDouble();
            var theirs = row.path("bare").path(what + "Millis").asDouble();
            if (ours > 0 && theirs > 0) {
                ratios.put(what, ours / theirs);
            }
        }
        return row;
    }
}
