// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/// A program for a JVM of its own, which checks itself as those of `krg-conform` do: it makes the
/// file GO.ready, waits for GO, and ends with 0 if all is as it was.
public final class BusyJvm {
    private static final int THREADS = 4;
    private static final int MAPPED_BYTES = 1 << 20;
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration FAR = Duration.ofHours(2);
    private static final long HOUR_NANOS = Duration.ofHours(1).toNanos();

    private final List<AtomicLong> counters = new ArrayList<>();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong leaps = new AtomicLong();
    private final AtomicLong collected = new AtomicLong();

    private BusyJvm() {}

    /// The program.
    ///
    /// @param arguments the file GO
    public static void main(String[] arguments) throws IOException, InterruptedException {
        new BusyJvm().run(Path.of(arguments[0]));
    }

    private void run(Path go) throws IOException, InterruptedException {
        for (var i = 0; i < THREADS; i++) {
            count(Thread.ofPlatform().daemon());
            count(Thread.ofVirtual());
        }
        Thread.ofPlatform().daemon().start(this::watchTime);
        var collector = Thread.ofPlatform().start(this::makeGarbage);
        var sleeper = Thread.ofVirtual().start(BusyJvm::sleepLong);
        var file = Files.createTempFile("krg-conform-", ".jvm");
        try (var channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            var mapped = channel.map(MapMode.READ_WRITE, 0, MAPPED_BYTES);
            mapped.put(MAPPED_BYTES - 1, (byte) 77);
            Files.createFile(Path.of(go + ".ready"));
            while (!Files.exists(go)) {
                Thread.sleep(PAUSE);
            }
            require(mapped.get(MAPPED_BYTES - 1) == 77, "the mapped file is another");
        } finally {
            Files.deleteIfExists(file);
        }
        requireAllGoOn();
        over.set(true);
        collector.join();
        require(leaps.get() == 0, "time went back or leapt " + leaps + " times");
        require(sleeper.isAlive(), "the virtual thread that sleeps has ended");
        sleeper.interrupt();
        require(sleeper.join(Duration.ofSeconds(30)), "it does not wake up");
        System.exit(0);
    }

    private void count(Thread.Builder kind) {
        var counter = new AtomicLong();
        counters.add(counter);
        kind.start(() -> {
            while (sleep(PAUSE)) {
                counter.incrementAndGet();
            }
        });
    }

    private void requireAllGoOn() throws InterruptedException {
        var before = counters.stream().map(AtomicLong::get).toList();
        var garbage = collected.get();
        var until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (collected.get() == garbage || !haveGrown(before)) {
            require(System.nanoTime() < until, "a thread stands still: " + before + counters);
            Thread.sleep(PAUSE);
        }
    }

    private boolean haveGrown(List<Long> before) {
        for (var i = 0; i < before.size(); i++) {
            if (counters.get(i).get() == before.get(i)) {
                return false;
            }
        }
        return true;
    }

    private void watchTime() {
        var last = System.nanoTime();
        while (!over.get() && sleep(Duration.ofMillis(1))) {
            var now = System.nanoTime();
            if (now < last || now - last > HOUR_NANOS) {
                leaps.incrementAndGet();
            }
            last = now;
        }
    }

    // What a collector has to move about, with sums that tell whether it was.
    private void makeGarbage() {
        var random = new Random(7);
        var kept = new ArrayList<long[]>();
        while (!over.get()) {
            var block = random.longs(1 << 10).toArray();
            block[0] = sum(block);
            kept.add(block);
            if (kept.size() % 64 == 0) {
                sleep(PAUSE);
            }
            if (kept.size() > 1 << 11) {
                kept.forEach(each -> require(each[0] == sum(each), "an object is damaged"));
                kept.clear();
                collected.incrementAndGet();
            }
        }
    }

    private static long sum(long[] block) {
        var sum = 0L;
        for (var i = 1; i < block.length; i++) {
            sum += block[i];
        }
        return sum;
    }

    private static void sleepLong() {
        sleep(FAR);
    }

    /// {@return whether nobody interrupted it}
    private static boolean sleep(Duration time) {
        try {
            Thread.sleep(time);
            return true;
        } catch (InterruptedException woken) {
            return false;
        }
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            System.out.println("wrong: " + problem);
            System.out.flush();
            Runtime.getRuntime().halt(1);
        }
    }
}
