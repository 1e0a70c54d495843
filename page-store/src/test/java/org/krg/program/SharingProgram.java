// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// What `krg-touch` and `krg-sync` are in C, in Java: does as it is told on its standard input, one
/// command a line, and answers each with one line.
public final class SharingProgram {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final Segments segments;
    private final SharedSegment segment;
    private final Deque<HeldLock> locks = new ArrayDeque<>();
    private final Deque<SharedSemaphore.Held> permits = new ArrayDeque<>();
    private MemorySegment memory;

    private SharingProgram(Segments segments, String name) {
        this.segments = segments;
        this.segment = segments.open(name);
        this.memory = segment.map();
    }

    private String answer(String[] words) {
        var isNumber = words.length > 1 && words[1].matches("-?[0-9]+");
        var first = isNumber ? Long.parseLong(words[1]) : 0;
        var second = words.length > 2 ? Long.parseLong(words[2]) : 0;
        return switch (words[0]) {
            case "size" -> "%d %d".formatted(segment.sizeBytes(), memory.byteSize());
            case "read" -> Long.toString(memory.get(LONG, first));
            case "write" -> {
                memory.set(LONG, first, second);
                yield "ok";
            }
            case "prefetch" -> {
                segment.prefetch(first, second);
                yield "ok";
            }
            case "sync" -> {
                segment.sync(first, second);
                yield "ok";
            }
            case "lock" -> {
                locks.push(segment.lock(first));
                yield locks.peek().isAbandoned() ? "abandoned" : "ok";
            }
            case "trylock" -> taken(segment.tryLock(first));
            case "timedlock" -> taken(segment.tryLock(first, Duration.ofMillis(second)));
            case "tryrdlock" -> taken(segment.tryReadLock(first));
            case "timedrdlock" -> taken(segment.tryReadLock(first, Duration.ofMillis(second)));
            case "trywrlock" -> taken(segment.tryWriteLock(first));
            case "timedwrlock" -> taken(segment.tryWriteLock(first, Duration.ofMillis(second)));
            case "rdlock" -> {
                locks.push(segment.readLock(first));
                yield "ok";
            }
            case "wrlock" -> {
                locks.push(segment.writeLock(first));
                yield "ok";
            }
            case "consistent" -> {
                locks.element().consistent();
                yield "ok";
            }
            case "lockerends" -> {
                for (var round = 0; round < first; round++) {
                    lockAndEnd();
                }
                yield "ok";
            }
            case "acquireaside" -> {
                Thread.ofPlatform().daemon().start(() -> segment.semaphore(first).acquire(1));
                yield "ok";
            }
            case "unlock" -> {
                locks.pop().close();
                yield "ok";
            }
            case "wait" -> {
                segment.condition(first).await(locks.element());
                yield locks.element().isAbandoned() ? "abandoned" : "ok";
            }
            case "timedwait" ->
                    segment.condition(first).await(locks.element(), Duration.ofMillis(second))
                            ? "ok"
                            : "late";
            case "signal" -> {
                segment.condition(first).signal();
                yield "ok";
            }
            case "broadcast" -> {
                segment.condition(first).signalAll();
                yield "ok";
            }
            case "acquire" -> {
                segment.semaphore(first).acquire(Math.toIntExact(second));
                yield "ok";
            }
            case "tryacquire" ->
                    Boolean.toString(segment.semaphore(first).tryAcquire(Math.toIntExact(second)));
            case "timedacquire" ->
                    Boolean.toString(
                            segment.semaphore(first).tryAcquire(1, Duration.ofMillis(second)));
            case "longlock" -> taken(segment.tryLock(first, FOR_EVER));
            case "longacquire" ->
                    Boolean.toString(segment.semaphore(first).tryAcquire(1, FOR_EVER));
            case "release" -> {
                segment.semaphore(first).release(Math.toIntExact(second));
                yield "ok";
            }
            case "awaitzero" -> {
                segment.semaphore(first).awaitZero();
                yield "ok";
            }
            case "hold" -> {
                permits.push(segment.semaphore(first).hold(Math.toIntExact(second)));
                yield "ok";
            }
            case "unhold" -> {
                permits.element().close();
                permits.pop().close();
                yield "ok";
            }
            case "semset" -> {
                segment.semaphore(first).set(Math.toIntExact(second));
                yield "ok";
            }
            case "semget" -> segment.semaphore(first).get().toString();
            case "move" -> Boolean.toString(segment.tryAdjust(move(first, second)));
            case "timedmove" ->
                    Boolean.toString(
                            segment.tryAdjust(
                                    move(first, second),
                                    Duration.ofMillis(Long.parseLong(words[3]))));
            case "awaitmove" -> {
                segment.adjust(move(first, second));
                yield "ok";
            }
            case "once" ->
                    Boolean.toString(
                            segment.once(
                                    first,
                                    () -> memory.set(LONG, second, memory.get(LONG, second) + 1)));
            case "failonce" ->
                    Boolean.toString(
                            segment.once(
                                    first,
                                    () -> {
                                        memory.set(LONG, second, memory.get(LONG, second) + 1);
                                        throw new IllegalStateException("failed");
                                    }));
            case "sneakonce" ->
                    Boolean.toString(segment.once(first, SharingProgram::throwUndeclared));
            case "holdonce" ->
                    Boolean.toString(
                            segment.once(first, () -> segment.semaphore(second).acquire(1)));
            case "reset" -> {
                segment.reset(first);
                yield "ok";
            }
            case "mappart" -> {
                memory = segment.map(first, second);
                yield "" + memory.byteSize();
            }
            case "mapreadonly" -> {
                memory = segment.mapReadOnly(first, second);
                yield "" + memory.byteSize();
            }
            case "mapat" -> {
                memory = segment.mapAt(MemorySegment.ofAddress(first));
                yield "" + memory.address();
            }
            case "create" -> segments.create(words[1], second, 0640).toString();
            case "find" -> segments.find(words[1]).map(KnownSegment::toString).orElse("none");
            case "findid" -> segments.find(first).map(KnownSegment::toString).orElse("none");
            case "resize" -> {
                segments.resize(first, second);
                yield "ok";
            }
            case "remove" -> {
                segments.remove(first);
                yield "ok";
            }
            case "destroy" -> {
                segments.destroy(first);
                yield "ok";
            }
            case "openid" -> {
                try (var again = segments.open(first)) {
                    yield "" + again.id();
                }
            }
            case "arrive" -> segment.arrive(first, Math.toIntExact(second)) ? "last" : "ok";
            case "add" -> Long.toString(segment.word(first).getAndAdd(second));
            case "set" -> Long.toString(segment.word(first).getAndSet(second));
            case "get" -> Long.toString(segment.word(first).get());
            case "cas" ->
                    Boolean.toString(
                            segment.word(first).compareAndSet(second, Long.parseLong(words[3])));
            case "unmap" -> {
                segment.unmap();
                yield "ok";
            }
            case "map" -> {
                memory = segment.map();
                yield "ok";
            }
            case "close" -> {
                segment.close();
                yield "ok";
            }
            default -> "what?";
        };
    }

    /// Closes a segment right after the thread has ended that locked it. `join` returns before the
    /// system has ended the thread.
    private void lockAndEnd() {
        try (var own = segments.open(segment.id())) {
            var locker = Thread.ofPlatform().start(() -> own.tryLock(1).orElseThrow().close());
            locker.join();
        } catch (InterruptedException stop) {
            throw new IllegalStateException(stop);
        }
    }

    private static void throwUndeclared() {
        throw SharingProgram.<RuntimeException>undeclared(new IOException("undeclared"));
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as other languages do
    private static <T extends Throwable> T undeclared(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private String taken(Optional<HeldLock> lock) {
        lock.ifPresent(locks::push);
        return lock.isPresent() ? "ok" : "busy";
    }

    /// {@return what takes 1 from a semaphore and gives it to another}
    private static List<SemaphoreStep> move(long from, long to) {
        return List.of(SemaphoreStep.take(from, 1), SemaphoreStep.give(to, 1));
    }

    public static void main(String[] arguments) throws IOException {
        var program = new SharingProgram(Segments.open(), arguments[0]);
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (var line = input.readLine(); line != null; line = input.readLine()) {
            try {
                System.out.println(program.answer(line.split(" ", -1)));
            } catch (CallFailed | IllegalStateException | IllegalArgumentException failed) {
                System.out.println(failed.getMessage());
            } catch (InternalError lost) {
                System.out.println("lost");
            } catch (Exception undeclared) {
                System.out.println(undeclared.getMessage());
            }
        }
    }
}
