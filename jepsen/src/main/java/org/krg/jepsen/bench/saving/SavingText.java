// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import org.krg.tools.render.Amounts;
import org.krg.tools.render.Table;

/// Shows a report of [SavingBench] to people: ratios first.
public final class SavingText {
    private SavingText() {}

    /// {@return tables for a terminal}
    public static String of(JsonNode report) {
        var isMove = report.path("kind").asText().equals("migrate");
        var rows = report.path("rows");
        var text = new StringBuilder();
        text.append(ratios(isMove).of(rows, true)).append('\n');
        text.append(times(isMove).of(rows, true)).append('\n');
        report.path("conditions")
                .properties()
                .forEach(each ->
                        text.append(each.getKey())
                                .append(": ")
                                .append(each.getValue().asText())
                                .append('\n'));
        return text.toString();
    }

    private static Table named(boolean isMove) {
        var table = new Table().left("PROGRAM", row -> row.path("load").asText());
        return isMove ? table.left("MODE", row -> row.path("mode").asText()) : table;
    }

    private static Table ratios(boolean isMove) {
        var table =
                named(isMove)
                        .right("STANDS STILL krg/bare", row -> times(row, "stood"))
                        .right("TOTAL krg/bare", row -> times(row, "took"));
        return isMove ? table : table.right("RESTORE krg/bare", row -> times(row, "restore"));
    }

    private static Table times(boolean isMove) {
        var table =
                named(isMove)
                        .right("STANDS STILL krg ms", row -> millis(row, "krg", "stood"))
                        .right("bare ms", row -> millis(row, "bare", "stood"))
                        .right("TOTAL krg ms", row -> millis(row, "krg", "took"))
                        .right("bare ms", row -> millis(row, "bare", "took"));
        if (!isMove) {
            table.right("RESTORE krg ms", row -> millis(row, "krg", "restore"))
                    .right("bare ms", row -> millis(row, "bare", "restore"));
        }
        return table.right("IMAGES", row -> bytes(row, "bare", "wholeBytes"))
                .right(isMove ? "SENT" : "STORED FIRST", row -> bytes(row, "krg", "firstBytes"))
                .right(
                        isMove ? "SENT STANDING" : "STORED NEXT",
                        row -> bytes(row, "krg", "nextBytes"));
    }

    private static String times(JsonNode row, String what) {
        return decimal(row.path("ratios").path(what), 2);
    }

    private static String millis(JsonNode row, String side, String what) {
        return decimal(row.path(side).path(what + "Millis"), 0);
    }

    private static String decimal(JsonNode number, int digits) {
        return number.isNumber()
                ? String.format(Locale.ROOT, "%." + digits + "f", number.asDouble())
                : "";
    }

    private static String bytes(JsonNode row, String side, String what) {
        return Amounts.bytes(row.path(side).path(what).asLong());
    }
}
