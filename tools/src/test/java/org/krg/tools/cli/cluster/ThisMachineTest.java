// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.krg.tools.cli.Terminal;
import org.krg.tools.render.Texts;

final class ThisMachineTest {
    @Test
    void whatIsMissingIsToldWithItsRemedy() throws Exception {
        var report = new ThisMachine(terminal("/nowhere:")).report();

        assertThat(Texts.of(report.path("notes")))
                .contains(
                        "nsenter is not found; tools/setup installs it",
                        "unshare is not found; tools/setup installs it");
    }

    @Test
    void whatIsThereIsNotANote() throws Exception {
        var report = new ThisMachine(terminal("/usr/bin:/usr/sbin:/bin:/sbin")).report();

        assertThat(Texts.of(report.path("notes"))).noneMatch(note -> note.contains("unshare"));
    }

    private static Terminal terminal(String path) {
        var nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        return new Terminal(
                InputStream.nullInputStream(),
                nowhere,
                nowhere,
                Map.of("PATH", path),
                InstantSource.system());
    }
}
