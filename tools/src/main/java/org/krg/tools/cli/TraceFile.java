// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Instant;
import org.krg.tools.http.ClientConfig;

/// The file that `--debug` fills.
final class TraceFile {
    private TraceFile() {}

    static ClientConfig.Trace open(Terminal terminal) {
        try {
            var file = Files.createTempFile("krg-admin-", ".trace");
            var writer = new PrintWriter(Files.newBufferedWriter(file), true);
            terminal.say("trace: " + file);
            return line -> writer.println(Instant.now() + " " + line);
        } catch (IOException cannotWrite) {
            terminal.say("no trace: " + cannotWrite.getMessage());
            return _ -> {};
        }
    }
}
