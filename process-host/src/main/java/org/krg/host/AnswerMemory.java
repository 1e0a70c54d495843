// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.util.function.LongConsumer;

/// The memory of an answer to a read, which may be large and waits until the client takes it:
/// counted while what it tells is read, and by its own size once it is made. Owned by one thread at
/// a time.
public final class AnswerMemory implements LongConsumer {
    private final RequestMemory memory;
    private final int percent;
    private long taken;

    private AnswerMemory(RequestMemory memory, int percent) {
        this.memory = memory;
        this.percent = percent;
    }

    /// {@return the memory of an answer that is hardly longer than what it tells}
    public static AnswerMemory ofBytes(RequestMemory memory) {
        return new AnswerMemory(memory, 100);
    }

    /// {@return the memory of an answer in JSON, in which bytes that are no text become a third
    /// longer}
    public static AnswerMemory ofJson(RequestMemory memory) {
        return new AnswerMemory(memory, 150);
    }

    /// Counts bytes that were read. Throws [BodyRefused] when there is no room for what they
    /// become.
    @Override
    public void accept(long bytes) {
        take(bytes * percent / 100);
    }

    private void take(long bytes) {
        if (!memory.take(bytes)) {
            throw new BodyRefused(BodyRefused.Why.TOO_MANY, "too many answers are not taken");
        }
        taken += bytes;
    }

    /// Counts the whole answer in place of what was counted so far. Throws [BodyRefused] when there
    /// is no room for it.
    public void made(long bytes) {
        if (bytes > taken) {
            take(bytes - taken);
        } else {
            memory.give(taken - bytes);
            taken = bytes;
        }
    }
}
