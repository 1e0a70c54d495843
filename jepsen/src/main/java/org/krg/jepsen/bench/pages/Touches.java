// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.pages;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.krg.jepsen.bench.load.Latencies;
import org.krg.jepsen.bench.locks.SyncProgram;

/// Everything that is timed, in one memory that programs share: the first one is at its home.
final class Touches {
    /// What the memory has to have.
    static final long BYTES = 128L << 20;

    static final int SCANNED_PAGES = 16_384;

    private static final int PAGE_BYTES = 4_096;

    /// In blocks of their own each.
    private static final int TIMED = 512;

    private static final int TURNED = 24_576;

    private static final int SCANNED = 8_192;

    /// Reads of all those pages; the middle one counts.
    private static final int SCANS = 3;

    /// Rounds of the ping-pong wait for two changes of the owner each.
    private static final int PAGES_A_ROUND = 4;

    private final String subject;
    private final List<SyncProgram> programs;
    private final SyncProgram home;
    private final SyncProgram other;
    private final int pages;
    private final PageReport report;

    Touches(String subject, List<SyncProgram> programs, int pages, PageReport report) {
        this.subject = subject;
        this.programs = programs;
        this.home = programs.getFirst();
        this.other = programs.get(1);
        this.pages = pages;
        this.report = report;
    }

    void measure() {
        faults();
        turns();
        pingPong();
        randomly();
        scan();
    }

    private void faults() {
        report.add(subject, Touch.LOCAL_FAULT, time(home, "write"));
        var read = new Latencies();
        programs.stream().skip(1).forEach(it -> read.add(time(it, "read")));
        report.add(subject, Touch.REMOTE_READ, read);
        report.add(subject, Touch.UPGRADE, time(other, "write"));
        var _ = time(home, "read");
        report.add(subject, Touch.OWNER_UPGRADE, time(other, "write"));
        report.add(subject, Touch.WRITE_BY_HOME, time(home, "write"));
        report.add(subject, Touch.WRITE_FROM_HOME, time(other, "write"));
    }

    /// After two turns its home takes a page for migratory.
    private void turns() {
        var _ = nanos(home, "write", TURNED);
        var first = turn(other);
        first.add(turn(home));
        report.add(subject, Touch.TURN, first);
        var later = turn(other);
        later.add(turn(home));
        report.add(subject, Touch.EXPECTED_TURN, later);
    }

    /// Reads all the pages, then writes them.
    private Latencies turn(SyncProgram program) {
        var reads = nanos(program, "read", TURNED);
        var writes = nanos(program, "write", TURNED);
        var both = new Latencies();
        for (var i = 0; i < pages; i++) {
            both.record(reads.get(i) + writes.get(i));
        }
        return both;
    }

    private void pingPong() {
        var rounds = pages / PAGES_A_ROUND;
        var there = home.begin("bounce 0 %d 0".formatted(rounds));
        var back = other.begin("bounce 0 %d 1".formatted(rounds));
        var times = latencies(there.join());
        times.add(latencies(back.join()));
        report.add(subject, Touch.PING_PONG, times);
    }

    private void randomly() {
        var _ = time(home, "write");
        report.add(subject, Touch.RANDOM_WRITE, latencies(shuffled(other, 1).join()));
        // Everybody has all of them to read, so nobody writes one without asking.
        programs.forEach(it -> time(it, "read"));
        var began = System.nanoTime();
        var writing = new ArrayList<CompletableFuture<String>>();
        for (var i = 0; i < programs.size(); i++) {
            writing.add(shuffled(programs.get(i), i + 2));
        }
        var times = new Latencies();
        writing.forEach(it -> times.add(latencies(it.join())));
        var seconds = (System.nanoTime() - began) / 1e9;
        report.add(subject, Touch.ALL_WRITE, times);
        report.add(new PageReport.Rate(subject, "writes", times.count() / seconds));
    }

    private void scan() {
        var at = (long) SCANNED * PAGE_BYTES;
        var bytes = (long) SCANNED_PAGES * PAGE_BYTES;
        var rates = new double[SCANS];
        for (var i = 0; i < SCANS; i++) {
            var _ = home.begin("fill %d %d".formatted(at, SCANNED_PAGES)).join();
            var answer = other.begin("scan %d %d".formatted(at, bytes)).join();
            rates[i] = bytes / (Long.parseLong(answer.split(" ", -1)[0]) / 1e9) / 1e6;
        }
        Arrays.sort(rates);
        report.add(new PageReport.Rate(subject, "readMegabytes", rates[SCANS / 2]));
    }

    private Latencies time(SyncProgram program, String how) {
        return latencies(nanos(program, how, TIMED));
    }

    /// Touches the first word of each page, from the last page to the first: nothing comes ahead.
    private List<Long> nanos(SyncProgram program, String how, int first) {
        var last = (first + pages - 1) * (long) PAGE_BYTES;
        return nanos(
                program.begin("time %s %d %d %d".formatted(how, last, pages, -PAGE_BYTES)).join());
    }

    private CompletableFuture<String> shuffled(SyncProgram program, int seed) {
        var first = TIMED * (long) PAGE_BYTES;
        return program.begin("shuffled write %d %d %d".formatted(first, pages, seed));
    }

    private static Latencies latencies(String answer) {
        return latencies(nanos(answer));
    }

    private static Latencies latencies(List<Long> nanos) {
        var latencies = new Latencies();
        nanos.forEach(latencies::record);
        return latencies;
    }

    private static List<Long> nanos(String answer) {
        return Arrays.stream(answer.split(" ", -1)).map(Long::valueOf).toList();
    }
}
