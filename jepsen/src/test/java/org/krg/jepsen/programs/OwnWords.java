// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.krg.jepsen.cluster.Await;

/// A program stores values that were never there before into words that only it uses, on pages that
/// it shares with such programs of other nodes, until it is stopped. It notes each store in a file,
/// which also tells of it when its node is lost.
public final class OwnWords {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int PAGE_BYTES = 4_096;

    /// `struct exchange` of `krg-touch.c`.
    private static final int NOTE_BYTES = 48;

    private static final int BEGUN = 1;
    private static final int DONE = 2;
    private static final int LOST = 3;

    /// Before it is asked whether to go on.
    private static final int AT_ONCE = 100;

    private final Toucher program;
    private final Path notes;
    private final String words;
    private final CompletableFuture<Void> end;

    /// What each word has for certain, and the value that it may have instead.
    private final Map<Long, Long> stored = new HashMap<>();

    private final Map<Long, Long> begun = new HashMap<>();
    private final Set<Long> lostPages = new TreeSet<>();
    private final AtomicLong count = new AtomicLong();
    private volatile boolean stopped;

    private OwnWords(Toucher program, Path notes, int number, int pages) {
        this.program = program;
        this.notes = notes;
        this.words =
                IntStream.range(0, pages)
                        .mapToObj(page -> "" + (page * PAGE_BYTES + number * Long.BYTES))
                        .collect(Collectors.joining(" "));
        this.end = CompletableFuture.runAsync(this::store, Thread::startVirtualThread);
    }

    /// Has a program store from now on.
    ///
    /// @param directory for its notes
    /// @param number of the program among those that share the pages
    /// @param pages from the first one of the segment on, at most 16
    public static OwnWords begin(Toucher program, Path directory, int number, int pages) {
        try {
            return new OwnWords(
                    program, Files.createTempFile(directory, "words", ""), number, pages);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private void store() {
        while (!stopped) {
            write(new byte[AT_ONCE * NOTE_BYTES]);
            var answer =
                    program.begin(
                                    "exchanges %s %d %d %s"
                                            .formatted(notes, AT_ONCE, count.get() + 1, words))
                            .join();
            read();
            if (!answer.equals("ok")) {
                return;
            }
        }
    }

    private void write(byte[] bytes) {
        try {
            Files.write(notes, bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// Each word had what was stored in it before: nothing is lost without a word.
    private void read() {
        var noted = ByteBuffer.wrap(bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (var at = 0; at < noted.limit() && noted.getLong(at) != 0; at += NOTE_BYTES) {
            var word = noted.getLong(at + 8);
            var value = noted.getLong(at + 16);
            switch ((int) noted.getLong(at)) {
                case BEGUN -> begun.put(word, value);
                case DONE -> {
                    assertThat(noted.getLong(at + 24)).isEqualTo(stored.getOrDefault(word, 0L));
                    stored.put(word, value);
                }
                case LOST -> lostPages.add(word / PAGE_BYTES);
                default -> throw new AssertionError("a note of krg-touch begins with " + at);
            }
            count.incrementAndGet();
        }
    }

    private byte[] bytes() {
        try {
            return Files.readAllBytes(notes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// Returns when so many more stores were made, or tried on pages that are lost.
    public void awaitMore(int more) {
        Await.growth("stores of a program", LIMIT, count::get, more);
    }

    /// Has the program stop after what it is doing; one whose node is lost is ended.
    ///
    /// @param isLost whether its node is
    public void stop(boolean isLost) {
        stopped = true;
        if (isLost) {
            program.close();
        }
        end.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /// Fails if a word has not what was stored there last and the page is not told as lost either.
    ///
    /// @return the pages that are lost
    public Set<Long> check(Toucher reader) {
        var lost = new TreeSet<>(lostPages);
        for (var word : List.copyOf(stored.keySet())) {
            var answer = reader.ask("read " + word);
            if (answer.equals("sigbus")) {
                lost.add(word / PAGE_BYTES);
            } else {
                var may = new ArrayList<>(List.of("" + stored.get(word)));
                if (begun.containsKey(word)) {
                    may.add("" + begun.get(word));
                }
                assertThat(answer).as("word at %d", word).isIn(may);
                assertThat(lostPages).doesNotContain(word / PAGE_BYTES);
            }
        }
        return lost;
    }
}
