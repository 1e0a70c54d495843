// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What was measured.
///
/// @param aim 2.5 times the echo and 4 times the local fault, in microseconds: what a remote read
///   fault may take
/// @param readMegabytes a second, read one page after the other from another node
/// @param streamMegabytes a second, over two blocking sockets
record Report(
        int processors,
        List<Latencies> latencies,
        double aim,
        double remote,
        double readMegabytes,
        double streamMegabytes) {
    String table() {
        var lines =
                latencies.stream()
                        .map(it ->
                                String.format(
                                        Locale.ROOT,
                                        "%-44s %6d %9.1f %9.1f",
                                        it.what(),
                                        it.count(),
                                        it.p50Micros(),
                                        it.p99Micros()))
                        .collect(Collectors.joining("\n"));
        return String.format(
                        Locale.ROOT, "%-44s %6s %9s %9s\n", "microseconds", "times", "p50", "p99")
                + lines
                + String.format(Locale.ROOT, "\n%-44s %16.1f", "2.5 x echo + 4 x local fault", aim)
                + String.format(
                        Locale.ROOT, "\n%-44s %16.2f", "remote read fault / that", remote / aim)
                + String.format(
                        Locale.ROOT,
                        "\n%-44s %11.1f MB/s",
                        "sequential read from another node",
                        readMegabytes)
                + String.format(
                        Locale.ROOT,
                        "\n%-44s %11.1f MB/s",
                        "stream over two blocking sockets",
                        streamMegabytes)
                + String.format(
                        Locale.ROOT,
                        "\n%-44s %16.2f",
                        "sequential read / stream",
                        readMegabytes / streamMegabytes)
                + String.format(
                        Locale.ROOT,
                        "\n%d processors, shared by all that was measured",
                        processors);
    }

    String json() {
        var rows =
                latencies.stream()
                        .map(it ->
                                String.format(
                                        Locale.ROOT,
                                        "{\"what\":\"%s\",\"count\":%d,\"p50Micros\":%.1f,\"p99Micros\":%.1f}",
                                        it.what(),
                                        it.count(),
                                        it.p50Micros(),
                                        it.p99Micros()))
                        .collect(Collectors.joining(","));
        return String.format(
                Locale.ROOT,
                "{\"processors\":%d,\"latencies\":[%s],\"aimMicros\":%.1f,\"remoteReadToAim\":%.2f,"
                        + "\"sequentialReadMegabytesPerSecond\":%.1f,\"streamMegabytesPerSecond\":%.1f}",
                processors,
                rows,
                aim,
                remote / aim,
                readMegabytes,
                streamMegabytes);
    }
}
