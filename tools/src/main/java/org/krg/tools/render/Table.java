// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/// A table of text. Columns are as wide as their widest cell and two spaces apart; the last is not
/// padded.
public final class Table {
    private record Column(String title, boolean alignRight, Function<JsonNode, String> cell) {}

    private static final String GAP = "  ";

    private final List<Column> columns = new ArrayList<>();

    /// Adds a column of words.
    public Table left(String title, Function<JsonNode, String> cell) {
        columns.add(new Column(title, false, cell));
        return this;
    }

    /// Adds a column of numbers.
    public Table right(String title, Function<JsonNode, String> cell) {
        columns.add(new Column(title, true, cell));
        return this;
    }

    /// {@return the table of `rows`, each line ended}
    public String of(Iterable<JsonNode> rows, boolean headers) {
        var lines = new ArrayList<List<String>>();
        if (headers) {
            lines.add(columns.stream().map(Column::title).toList());
        }
        StreamSupport.stream(rows.spliterator(), false).map(this::cells).forEach(lines::add);
        return lined(lines);
    }

    private List<String> cells(JsonNode row) {
        return columns.stream()
                .map(column -> column.cell().apply(row))
                .map(text -> text.isEmpty() ? "-" : Printable.line(text))
                .toList();
    }

    private String lined(List<List<String>> lines) {
        var widths = new int[columns.size()];
        for (var line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (var line : lines) {
            for (int i = 0; i < widths.length; i++) {
                var padding = " ".repeat(widths[i] - line.get(i).length());
                boolean right = columns.get(i).alignRight();
                text.append(right ? padding + line.get(i) : line.get(i) + padding);
                text.append(GAP);
            }
            text.replace(0, text.length(), text.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
