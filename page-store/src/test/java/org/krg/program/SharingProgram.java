// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/// What `krg-touch` and `krg-sync` are in C, in Java: does as it is told on its standard input, one
/// command a line, and answers each with one line.
public final class SharingProgram {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    private final SharedSegment segment;
    private final Deque<HeldLock> locks = new ArrayDeque<>();
    private MemorySegment memory;

    private SharingProgram(SharedSegment segment) {
        this.segment = segment;
        this.memory = segment.map();
    }

    private String answer(String[] words) {
        var first = words.length > 1 ? Long.parseLong(words[1]) : 0;
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
            case "trylock" -> {
                var lock = segment.tryLock(first);
                lock.ifPresent(locks::push);
                yield lock.isPresent() ? "ok" : "busy";
            }
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
            case "unlock" -> {
                locks.pop().close();
                yield "ok";
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

    public static void main(String[] arguments) throws IOException {
        var program = new SharingProgram(Segments.open().open(arguments[0]));
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (var line = input.readLine(); line != null; line = input.readLine()) {
            try {
                System.out.println(program.answer(line.split(" ", -1)));
            } catch (CallFailed | IllegalStateException failed) {
                System.out.println(failed.getMessage());
            } catch (InternalError lost) {
                System.out.println("lost");
            }
        }
    }
}
