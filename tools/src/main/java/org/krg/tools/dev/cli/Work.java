// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.dev.Interruption;

/// Work of some seconds that Ctrl-C interrupts and that cleans up after itself.
public interface Work {
    /// What a command ends with that SIGINT has ended.
    int INTERRUPTED = 130;

    /// {@return the exit code}
    int perform() throws IOException, InterruptedException;

    /// Performs the work.
    ///
    /// @return its exit code
    static int interruptibly(Work work) {
        try (var _ = Interruption.ofThisThread()) {
            return work.perform();
        } catch (InterruptedException stop) {
            return INTERRUPTED;
        } catch (IOException | UncheckedIOException failure) {
            throw new VerbFailed(
                    ExitCode.FAILED,
                    String.valueOf(failure.getMessage()),
                    "see that the disk is " + "not full and that you may write there");
        }
    }
}
