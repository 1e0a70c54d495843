// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.render;

import java.util.ArrayList;
import java.util.List;

/// One thing in full: a label and its value a line, values one below the other. A label that comes
/// again at once is left out.
public final class Sheet {
    private record Line(String label, String value) {}

    private final List<Line> lines = new ArrayList<>();

    /// Adds a line, unless the value is empty.
    public Sheet line(String label, String value) {
        if (!value.isEmpty()) {
            lines.add(new Line(label, Printable.line(value)));
        }
        return this;
    }

    /// Adds a label with several values, each on a line.
    public Sheet lines(String label, List<String> values) {
        values.forEach(value -> line(label, value));
        return this;
    }

    @Override
    public String toString() {
        int width = lines.stream().mapToInt(line -> line.label().length()).max().orElse(0);
        var text = new StringBuilder();
        var above = "";
        for (var line : lines) {
            var label = line.label().equals(above) ? "" : line.label();
            above = line.label();
            text.append(label)
                    .append(" ".repeat(width - label.length() + 2))
                    .append(line.value())
                    .append('\n');
        }
        return text.toString();
    }
}
