// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.krg.host.daemon.KrgDaemon;
import org.krg.tools.cli.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `agent run`
@Command
public final class AgentRunVerb implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "settings of the agent (default: /etc/krg/krgd.toml)")
    private Path config = Path.of("/etc/krg/krgd.toml");

    public AgentRunVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        terminal.flush();
        return KrgDaemon.run(config, KrgHome.require());
    }
}
