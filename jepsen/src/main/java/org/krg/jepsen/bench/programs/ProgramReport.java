// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.programs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.krg.tools.http.Json;

/// What was measured: the wall time from when all were ready until all were done, and how many
/// times faster than one process that is. Owned by one thread.
public final class ProgramReport {
    private final List<Integer> nodes;
    private final SequencedMap<String, Row> rows = new LinkedHashMap<>();

    /// Seconds of one program.
    ///
    /// @param alone by one thread, on memory of its own
    /// @param threads by so many threads of one process, in the order of the counts
    /// @param shared by a process on each of so many nodes
    record Row(double alone, List<Double> threads, List<Double> shared) {}

    ProgramReport(List<Integer> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    void add(String program, Row row) {
        rows.put(program, row);
    }

    /// {@return a line for each program, columns two blanks apart; an empty line ends the table}
    public String table() {
        var lines = new ArrayList<List<String>>();
        var head = new ArrayList<>(List.of("speed-up", "one process"));
        nodes.forEach(count -> head.add(plural(count, "thread")));
        nodes.forEach(count -> head.add(plural(count, "node")));
        lines.add(head);
        rows.forEach((program, row) -> lines.add(cells(program, row)));
        var text = new StringBuilder();
        for (var line : lines) {
            text.append(String.format(Locale.ROOT, "%-10s", line.getFirst()));
            line.stream().skip(1).forEach(cell -> text.append("  ").append("%11s".formatted(cell)));
            text.append('\n');
        }
        return text + "\n" + honestly() + "\n";
    }

    private static List<String> cells(String program, Row row) {
        var cells =
                new ArrayList<>(List.of(program, String.format(Locale.ROOT, "%.2f s", row.alone)));
        row.threads.forEach(seconds -> cells.add(speedUp(row, seconds)));
        row.shared.forEach(seconds -> cells.add(speedUp(row, seconds)));
        return cells;
    }

    private static String speedUp(Row row, double seconds) {
        return String.format(Locale.ROOT, "%.2f", row.alone / seconds);
    }

    private static String plural(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static String honestly() {
        var processors = Runtime.getRuntime().availableProcessors();
        return "All nodes, their agents and the programs share %d processors: nothing here can be faster than %d times one process."
                .formatted(processors, processors);
    }

    /// {@return the same for programs to read}
    public ObjectNode json() {
        var report = Json.object();
        report.put("processors", Runtime.getRuntime().availableProcessors());
        var all = report.putArray("programs");
        rows.forEach((program, row) -> {
            var one = all.addObject().put("program", program).put("aloneSeconds", row.alone);
            add(one, "threads", row, row.threads);
            add(one, "nodes", row, row.shared);
        });
        return report;
    }

    private void add(ObjectNode program, String name, Row row, List<Double> seconds) {
        var all = program.putArray(name);
        for (var i = 0; i < nodes.size(); i++) {
            all.addObject()
                    .put("count", nodes.get(i))
                    .put("seconds", seconds.get(i))
                    .put("speedUp", row.alone / seconds.get(i));
        }
    }
}
