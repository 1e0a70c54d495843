// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `completion`
@Command(
        footer = {
            "",
            "  bash:  source <(krg-admin completion bash)",
            "  zsh:   source <(krg-admin completion zsh)",
            "  fish:  krg-admin completion fish | source"
        })
public final class Completion implements Callable<Integer> {
    enum Shell {
        bash,
        zsh,
        fish
    }

    private final VerbTree tree;
    private final Terminal terminal;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private Shell shell = Shell.bash;

    public Completion(VerbTree tree, Terminal terminal) {
        this.tree = tree;
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        var whole = CommandLines.whole(tree, terminal);
        terminal.out()
                .print(
                        switch (shell) {
                            // picocli's script switches zsh to bash's way by itself.
                            case bash, zsh -> AutoComplete.bash("krg-admin", whole);
                            case fish -> FishCompletion.script(whole);
                        });
        return ExitCode.OK;
    }
}
