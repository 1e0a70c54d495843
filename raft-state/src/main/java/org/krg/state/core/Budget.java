// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import java.util.function.LongConsumer;
import org.krg.state.model.key.KeyRange;
import org.krg.state.model.key.OwnedKey;

/// How much may still be looked at, and answered. Owned by whoever made it.
public final class Budget {
    /// What a look at a row weighs beside changes ([KeyDraft#weight]), which take longer: this and
    /// a part of its bytes.
    static final long ROW = 128;

    private static final long PART = 4;

    /// Bytes of memory of an answer that are counted at a time.
    private static final long STEP = 64 << 10;

    private final boolean isUnlimited;
    private final LongConsumer counting;
    private long rows;
    private long bytes;
    private long answer;
    private long uncounted;
    private long looked;

    private Budget(long rows, long bytes, long answer, LongConsumer counting) {
        this.isUnlimited = rows == Long.MAX_VALUE;
        this.rows = rows;
        this.bytes = bytes;
        this.answer = answer;
        this.counting = counting;
    }

    /// {@return a budget of so many rows and bytes of them to look at, whatever they are looked at
    /// for, and bytes of keys and values to answer}
    public static Budget of(long rows, long bytes, long answer) {
        return new Budget(rows, bytes, answer, _ -> {});
    }

    /// {@return a budget of any number of rows, counted without being read, and so many bytes to
    /// answer}
    ///
    /// @param counting is told bytes of memory that the answer takes, many at a time; what it
    ///   throws ends the look
    public static Budget ofAnswer(long bytes, LongConsumer counting) {
        return new Budget(Long.MAX_VALUE, Long.MAX_VALUE, bytes, counting);
    }

    /// {@return whether there was room to look at a row of so many bytes, which is used then}
    boolean look(long size) {
        rows--;
        bytes -= size;
        looked += ROW + size / PART;
        return rows >= 0 && bytes >= 0;
    }

    /// {@return how much was looked at, in bytes of changes that take as long, about}
    long looked() {
        return looked;
    }

    /// {@return whether there was room to answer `key`, which is used then}
    boolean answer(OwnedKey key) {
        answer -= key.bytes();
        uncounted += key.value().weight();
        if (answer < 0) {
            return false;
        }
        if (uncounted >= STEP) {
            counting.accept(uncounted);
            uncounted = 0;
        }
        return true;
    }

    /// {@return whether there was room to look at `key` and answer it, which is used then}
    boolean take(OwnedKey key) {
        return look(key.bytes()) && answer(key);
    }

    /// {@return how many keys a range has; empty when there is no room to count them}
    Optional<Long> count(Keys in, KeyRange range) {
        if (isUnlimited) {
            return Optional.of(in.count(range));
        }
        var counter = new Counter();
        in.scan(range, counter);
        return rows >= 0 && bytes >= 0 ? Optional.of(counter.counted) : Optional.empty();
    }

    private final class Counter implements Keys.Visitor {
        private long counted;

        @Override
        public boolean visit(OwnedKey key) {
            counted++;
            return look(key.bytes());
        }

        @Override
        public boolean passed(long size) {
            return look(size);
        }
    }
}
