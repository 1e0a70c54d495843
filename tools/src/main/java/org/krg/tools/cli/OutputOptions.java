// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Supplier;
import org.krg.tools.render.Trees;
import picocli.CommandLine.Option;

/// In which form a verb prints its data.
public final class OutputOptions {
    enum Format {
        table,
        json,
        yaml
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml; json and yaml are stable, tables are for people")
    private Format format = Format.table;

    @Option(names = "--no-headers", description = "leave the first line of tables out")
    private boolean withoutHeaders;

    /// {@return whether a person reads the output}
    public boolean isTable() {
        return format == Format.table;
    }

    /// {@return whether tables have a first line that names their columns}
    public boolean hasHeaders() {
        return !withoutHeaders;
    }

    /// Prints data.
    ///
    /// @param tree for programs
    /// @param text for people, whole lines
    public void print(Terminal terminal, JsonNode tree, Supplier<String> text) {
        terminal.out()
                .print(
                        switch (format) {
                            case table -> text.get();
                            case json -> Trees.json(tree);
                            case yaml -> Trees.yaml(tree);
                        });
    }

    /// Prints one of a sequence of data: in JSON a line each, in YAML a document each.
    public void printOne(Terminal terminal, JsonNode tree, Supplier<String> text) {
        terminal.out()
                .print(
                        switch (format) {
                            case table -> text.get();
                            case json -> Trees.jsonLine(tree);
                            case yaml -> Trees.yamlDocument(tree);
                        });
        terminal.out().flush();
    }
}
