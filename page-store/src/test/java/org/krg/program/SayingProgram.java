// SPDX-License-Identifier: Apache-2.0
package org.krg.program;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/// What `krg-say` is in C, in Java: does as it is told on its standard input, one command a line,
/// and answers each with one line.
public final class SayingProgram implements CheckpointListener {
    private static final long TABLE_BYTES = 1 << 20;

    private final Checkpoints checkpoints = Checkpoints.open();
    private final Deque<Checkpoints.Section> sections = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final MemorySegment table = Arena.global().allocate(TABLE_BYTES);
    private boolean isRefusing;
    private int before;
    private int restarted;
    private int continued;

    private SayingProgram() {}

    @Override
    public void beforeCheckpoint() {
        lock.lock();
        before++;
        if (isRefusing) {
            lock.unlock();
            throw new IllegalStateException("not now");
        }
    }

    @Override
    public void afterRestart() {
        restarted++;
        lock.unlock();
    }

    @Override
    public void onContinue() {
        continued++;
        lock.unlock();
    }

    private String answer(String command) {
        lock.lock();
        try {
            return switch (command) {
                case "on" -> {
                    checkpoints.on(this);
                    yield "ok";
                }
                case "refuse" -> {
                    isRefusing = true;
                    yield "ok";
                }
                case "counts" -> "%d %d %d".formatted(before, restarted, continued);
                case "epoch" -> Long.toString(checkpoints.epoch());
                case "table" -> {
                    table.fill((byte) 7);
                    checkpoints.exclude(table);
                    yield "ok";
                }
                case "peek" -> Byte.toString(table.get(ValueLayout.JAVA_BYTE, TABLE_BYTES / 2));
                case "disable" -> {
                    sections.push(checkpoints.disable());
                    yield "ok";
                }
                case "enable" -> {
                    sections.pop().close();
                    yield "ok";
                }
                default -> "what?";
            };
        } finally {
            lock.unlock();
        }
    }

    public static void main(String[] arguments) throws IOException {
        var program = new SayingProgram();
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (var line = input.readLine(); line != null; line = input.readLine()) {
            try {
                // Not with the lock: the callbacks take it.
                System.out.println(
                        line.equals("now") ? "" + program.checkpoints.now() : program.answer(line));
            } catch (CallFailed failed) {
                System.out.println(failed.getMessage());
            }
        }
    }
}
