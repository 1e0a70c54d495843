// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ConnectionOptions;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `node promote`
@Command(
        footer = {
            "",
            "The nodes must run and have the log; a majority of the voters must be alive, before and",
            "after. All of it is one change: it is made, or refused as a whole.",
            "",
            "  krg-admin node promote n4 n5",
            "  krg-admin node promote n4 n5 n6 --instead-of n1,n2,n3"
        })
public final class NodePromote implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(paramLabel = "NODE", arity = "1..*", description = "listeners that are to vote")
    private final List<String> nodes = new ArrayList<>();

    @Option(
            names = "--instead-of",
            paramLabel = "NODE",
            split = ",",
            description = "voters that vote no more, and stay members; repeatable")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private List<String> insteadOf = new ArrayList<>();

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    public NodePromote(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (var client = connection.open(terminal)) {
            Voters.reassign(client, terminal, nodes, insteadOf);
        }
        return ExitCode.OK;
    }
}
