// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.krg.tools.cli.OutputOptions;
import org.krg.tools.cli.Terminal;
import org.krg.tools.http.ApiClient;
import org.krg.tools.http.ApiFailure;
import org.krg.tools.http.LogStream;

/// The output streams of one process, read at the same time. What comes of them is printed as it
/// comes; between the two there is no order, as there is none in the program.
final class Outputs implements AutoCloseable {
    private final List<LogStream> open = new ArrayList<>();
    private final List<Future<Boolean>> copies = new ArrayList<>();

    /// What to read.
    ///
    /// @param streams `stdout`, `stderr` or both
    /// @param offset the first byte wanted of each
    /// @param follow whether to go on until the process has ended
    record Wish(String target, List<String> streams, long offset, boolean follow) {}

    /// Begins to print.
    static Outputs copy(Terminal terminal, ApiClient client, Wish wish, OutputOptions form) {
        var outputs = new Outputs();
        var executor = Executors.newVirtualThreadPerTaskExecutor();
        boolean first = true;
        for (var stream : wish.streams()) {
            var log = client.logs(wish.target(), stream, wish.offset(), wish.follow());
            var output = new Output(terminal, stream, form);
            boolean marked = first;
            outputs.open.add(log);
            outputs.copies.add(executor.submit(() -> output.copy(log, marked)));
            first = false;
        }
        executor.shutdown();
        return outputs;
    }

    /// Waits until all have ended.
    ///
    /// @return whether all that the process had written was there
    /// @throws ApiFailure if one of them failed
    boolean join() {
        var complete = true;
        for (var copy : copies) {
            try {
                complete &= copy.get();
            } catch (ExecutionException failed) {
                close();
                if (failed.getCause() instanceof ApiFailure failure) {
                    throw failure;
                }
                throw new AssertionError("printing failed", failed.getCause());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return complete;
    }

    @Override
    public void close() {
        open.forEach(LogStream::close);
    }
}
