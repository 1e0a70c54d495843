// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.report;

import java.util.List;

/// Tables for a terminal as tables of Markdown.
public final class Markdown {
    private Markdown() {}

    /// {@return the text with every table in it, which an empty line follows, as Markdown}
    public static String of(String tables) {
        var text = new StringBuilder();
        for (var block : tables.split("\n\n", -1)) {
            text.append(block.lines().findFirst().orElse("").contains("  ") ? table(block) : block)
                    .append('\n');
        }
        return text.toString();
    }

    /// Columns of our tables are two blanks apart, and words in a cell are one.
    private static String table(String block) {
        var text = new StringBuilder();
        var lines = block.lines().toList();
        for (var i = 0; i < lines.size(); i++) {
            var cells = List.of(lines.get(i).strip().split(" {2,}"));
            text.append("| ").append(String.join(" | ", cells)).append(" |\n");
            if (i == 0) {
                text.append("|---".repeat(cells.size())).append("|\n");
            }
        }
        return text.toString();
    }
}
