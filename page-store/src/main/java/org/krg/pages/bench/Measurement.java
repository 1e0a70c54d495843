// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// One run: two nodes, a program on each, every kind of fault.
final class Measurement {
    /// Faults of a block's first thousand touches show the compiler of Java, not the pages.
    private static final int WARM_UP = 2;

    private static final int ECHO_ROUNDS = 20_000;
    private static final long STREAM_BYTES = 256 << 20;

    /// Behind what the single faults are timed on.
    private static final int FIRST_SCANNED = 3 * 4_096;

    private static final int SCANNED_PAGES = 16_384;

    /// Scans, each followed by a stream: the middle one counts of each.
    private static final int SCANS = 5;

    private Measurement() {}

    /// @param program `krg-touch`
    /// @param pages that each kind of fault is timed on
    static Report run(Path program, int pages) throws IOException {
        // Short: the address of a unix socket has 107 bytes.
        var directory = Files.createTempDirectory(Path.of("/tmp"), "krgbench");
        var news = Executors.newSingleThreadExecutor();
        try {
            return run(program, pages, directory, news);
        } finally {
            news.shutdownNow();
            for (var name : List.of("one.sock", "two.sock")) {
                Files.deleteIfExists(directory.resolve(name));
            }
            Files.delete(directory);
        }
    }

    private static Report run(Path program, int pages, Path directory, ExecutorService news)
            throws IOException {
        var shared = new BenchNode.Shared(BenchNode.noLinks(), new ConcurrentHashMap<>(), news);
        try (var one = new BenchNode("one", shared, directory);
                var two = new BenchNode("two", shared, directory);
                var home = new Program(program, one.socket());
                var other = new Program(program, two.socket())) {
            home.ask("map bench");
            other.ask("map bench");
            for (var i = 0; i < WARM_UP; i++) {
                faults(home, other, i * pages, pages);
            }
            var faults = faults(home, other, WARM_UP * pages, pages);
            var scanned = new double[SCANS];
            var streamed = new double[SCANS];
            // The first scan warms up and is replaced.
            scanned[0] = scan(home, other);
            for (var i = 0; i < SCANS; i++) {
                scanned[i] = scan(home, other);
                streamed[i] = Stream.measure(STREAM_BYTES);
            }
            return report(Echo.measure(ECHO_ROUNDS), faults, median(scanned), median(streamed));
        }
    }

    /// Reads page after page that another node has written.
    ///
    /// @return bytes a second
    private static double scan(Program home, Program other) throws IOException {
        home.touch("write", FIRST_SCANNED, SCANNED_PAGES);
        var nanos = other.scan(FIRST_SCANNED, SCANNED_PAGES);
        return SCANNED_PAGES * 4_096 / (nanos / 1e9);
    }

    private static double median(double[] measured) {
        Arrays.sort(measured);
        return measured[measured.length / 2];
    }

    /// What the four kinds of faults took, in nanoseconds.
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Faults(long[] first, long[] read, long[] upgrade, long[] write) {}

    private static Faults faults(Program home, Program other, int firstPage, int pages)
            throws IOException {
        return new Faults(
                home.touch("write", firstPage, pages),
                other.touchBackwards("read", firstPage, pages),
                other.touch("write", firstPage, pages),
                home.touch("write", firstPage, pages));
    }

    private static Report report(long[] echo, Faults faults, double scanned, double stream) {
        var echoed = Latencies.of("echo of 4 KiB, two blocking sockets", echo);
        var local = Latencies.of("local fault: first touch at the home", faults.first);
        var read = Latencies.of("remote read fault", faults.read);
        return new Report(
                Runtime.getRuntime().availableProcessors(),
                List.of(
                        echoed,
                        local,
                        read,
                        Latencies.of("write upgrade, one copy invalidated", faults.upgrade),
                        Latencies.of("remote write fault", faults.write)),
                2.5 * echoed.p50Micros() + 4 * local.p50Micros(),
                read.p50Micros(),
                scanned / 1e6,
                stream / 1e6);
    }
}
