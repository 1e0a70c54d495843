// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import com.fasterxml.jackson.databind.JsonNode;
import org.krg.jepsen.bench.report.Markdown;
import org.krg.tools.render.Trees;
import picocli.CommandLine.Option;

/// How a bench shows what it measured; a mixin of its command.
final class ReportOutput {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or markdown; json is stable")
    private Format format = Format.table;

    enum Format {
        table,
        json,
        markdown
    }

    /// @param table with two blanks between columns, and an empty line after each of several
    void print(String table, JsonNode tree) {
        System.out.print(
                switch (format) {
                    case table -> table;
                    case json -> Trees.json(tree);
                    case markdown -> Markdown.of(table);
                });
        System.out.flush();
    }
}
