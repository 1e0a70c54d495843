// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.workload;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.krg.jepsen.cluster.Await;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.history.Answer;
import org.krg.jepsen.history.Comparison;
import org.krg.jepsen.history.Part;
import org.krg.jepsen.history.Recorder;
import org.krg.jepsen.history.Result;
import org.krg.jepsen.history.Span;
import org.krg.jepsen.history.Transaction;
import org.krg.tools.http.ApiClient;

/// Clients of keys: each adds keys of its own, writes, compares and swaps and deletes keys that all
/// share, writes pairs of keys in one transaction, and reads, now and then what may be old. Every
/// value is written once. Keys begin with `load/`.
public final class KeyClients {
    /// What all keys of the load begin with.
    public static final String PREFIX = "load/";

    private static final int CLIENTS = 4;
    private static final int SHARED_KEYS = 12;
    private static final Span PAIRS = Span.prefix(PREFIX + "pair");

    /// A call is tried for twelve seconds by its client.
    private static final Duration TO_END = Duration.ofMinutes(1);

    private final Cluster cluster;
    private final Recorder recorder = new Recorder();
    private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    private KeyClients(Cluster cluster) {
        this.cluster = cluster;
    }

    /// Starts the clients.
    ///
    /// @param pause of a client between two calls
    public static KeyClients start(Cluster cluster, Duration pause, long seed) {
        var clients = new KeyClients(cluster);
        for (var number = 0; number < CLIENTS; number++) {
            var client = clients.new Client(number, new Random(seed + number));
            clients.threads.add(Thread.ofVirtual().start(() -> client.run(pause)));
        }
        return clients;
    }

    /// Lets them make no more calls, and does not wait for those that are under way.
    public void tellToEnd() {
        stopping.set(true);
    }

    /// Lets the clients finish their calls.
    ///
    /// @return what they saw
    public Recorder stop() {
        tellToEnd();
        for (var thread : threads) {
            try {
                if (!thread.join(TO_END)) {
                    violations.add("a client of keys hangs");
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
        return recorder;
    }

    /// {@return what went wrong with the clients themselves}
    public List<String> violations() {
        return List.copyOf(violations);
    }

    private final class Client {
        private final int number;
        private final Random random;
        private final Map<String, String> seen = new HashMap<>();
        private long values;

        Client(int number, Random random) {
            this.number = number;
            this.random = random;
        }

        void run(Duration pause) {
            try (var api = cluster.client()) {
                while (!stopping.get()) {
                    next(api);
                    Await.pause(pause);
                }
            } catch (RuntimeException failure) {
                violations.add("client " + number + " gave up: " + failure);
            }
        }

        private void next(ApiClient api) {
            var key = PREFIX + "shared" + random.nextInt(SHARED_KEYS);
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> transact(api, Transaction.of(own()));
                case 3 -> transact(api, Transaction.of(write(key)));
                case 4 -> transact(api, swap(key));
                case 5 -> transact(api, pair());
                case 6 -> read(api, Span.one(key), true);
                case 7 -> read(api, PAIRS, true);
                case 8 -> read(api, Span.one(key), false);
                default -> transact(api, Transaction.of(new Part.Remove(Span.one(key))));
            }
        }

        private void transact(ApiClient api, Transaction transaction) {
            note(
                    recorder.record(
                            number, transaction, true, () -> KeyApi.transact(api, transaction)));
        }

        private void read(ApiClient api, Span span, boolean current) {
            note(
                    recorder.record(
                            number,
                            Transaction.of(new Part.Read(span)),
                            current,
                            () -> KeyApi.read(api, span, current)));
        }

        /// What a client read last it expects.
        private void note(Answer answer) {
            if (answer instanceof Answer.Done done
                    && done.results().getLast() instanceof Result.Found(var entries)) {
                entries.forEach(entry -> seen.put(entry.key(), entry.value()));
            }
        }

        private Part own() {
            return write(PREFIX + "own" + number + "/" + values);
        }

        private Transaction pair() {
            var pair = PREFIX + "pair" + random.nextInt(3);
            var value = value();
            return Transaction.of(
                    new Part.Write(pair + "a", value), new Part.Write(pair + "b", value));
        }

        private Transaction swap(String key) {
            var expected = seen.get(key);
            return new Transaction(
                    List.of(
                            expected == null
                                    ? new Comparison.VersionIs(key, 0)
                                    : new Comparison.ValueIs(key, expected)),
                    List.of(write(key)),
                    List.of(new Part.Read(Span.one(key))));
        }

        private Part.Write write(String key) {
            return new Part.Write(key, value());
        }

        private String value() {
            return number + "." + ++values;
        }
    }
}
