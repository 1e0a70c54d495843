// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.saving;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.krg.tools.render.Amounts;

/// A program that is saved and moved.
///
/// @param bytes of memory, among all its processes
/// @param threads of its first process
public record Load(long bytes, Writer writer, int threads, int processes) {
    private static final int MANY_THREADS = 200;
    private static final int MANY_PROCESSES = 50;
    private static final int SOME = 10;
    private static final long MIDDLE_BYTES = 64L << 20;

    /// What happens to its memory meanwhile.
    public enum Writer {
        /// Nothing.
        idle,
        /// A megabyte is written a second.
        light,
        /// It is written as fast as a processor can.
        heavy
    }

    /// {@return each size with each writer, then many threads and many processes}
    public static List<Load> matrix(List<Long> sizes, boolean quick) {
        var loads = new ArrayList<Load>();
        for (var size : sizes) {
            for (var writer : Writer.values()) {
                if (!quick || writer == Writer.idle || size >= MIDDLE_BYTES) {
                    loads.add(new Load(size, writer, writer == Writer.idle ? 1 : 2, 1));
                }
            }
        }
        loads.add(new Load(MIDDLE_BYTES, Writer.idle, quick ? SOME : MANY_THREADS, 1));
        loads.add(new Load(MIDDLE_BYTES, Writer.idle, 1, quick ? SOME : MANY_PROCESSES));
        return loads;
    }

    /// {@return what it is, for people}
    String words() {
        return "%s, %s, %s, %s"
                .formatted(
                        Amounts.bytes(bytes),
                        writer,
                        count(threads, "thread", "threads"),
                        count(processes, "process", "processes"));
    }

    private static String count(int number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /// {@return its command line}
    ///
    /// @param gaps see [Gaps]
    List<String> command(Path program, Path gaps) {
        return List.of(
                program.toString(),
                "" + bytes,
                writer.name(),
                "" + threads,
                "" + processes,
                gaps.toString());
    }
}
