// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.krg.checkpoint.engine.Command;

/// Runs ip(8) of iproute2 in a network namespace.
///
/// @param line how it is called: `ip`, or `ip -n NAME` for a namespace of ip-netns(8)
record Ip(List<String> line) {
    /// It only asks the kernel; a loaded machine may take long to start a process.
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /// What it says about a device that is gone.
    private static final String NO_DEVICE = "Cannot find device";

    Ip {
        line = List.copyOf(line);
    }

    /// {@return the namespace of this process}
    static Ip here() {
        return new Ip(List.of("ip"));
    }

    /// Does what the lines say, one after the other, up to the first that cannot be done.
    ///
    /// @throws CellFailed with what ip(8) said to that one
    void change(List<String> lines) {
        var said = run(List.of("-batch", "-"), String.join("\n", lines) + "\n");
        if (!said.isGood()) {
            throw new CellFailed("`ip " + String.join("; ", lines) + "`: " + said.output().strip());
        }
    }

    /// Does what the line says to a device, unless the device is gone.
    void changeIfThere(String change) {
        var said = run(List.of("-batch", "-"), change + "\n");
        if (!said.isGood() && !said.output().contains(NO_DEVICE)) {
            throw new CellFailed("`ip " + change + "`: " + said.output().strip());
        }
    }

    /// {@return the lines of an answer}
    List<String> ask(String... words) {
        var said = run(List.of(words), "");
        if (!said.isGood()) {
            throw new CellFailed("`ip " + String.join(" ", words) + "`: " + said.output().strip());
        }
        return said.output().lines().toList();
    }

    private Command.Result run(List<String> words, String input) {
        var whole = new ArrayList<>(line);
        whole.addAll(words);
        try {
            var bytes = input.getBytes(StandardCharsets.UTF_8);
            return new Command(whole, LIMIT).run(new ByteArrayInputStream(bytes));
        } catch (IOException failure) {
            throw new CellFailed("cannot run ip(8): " + failure.getMessage(), failure);
        }
    }
}
