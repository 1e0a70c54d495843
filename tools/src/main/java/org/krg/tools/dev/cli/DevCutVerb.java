// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.Terminal;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.dev.DevCuts;
import org.krg.tools.dev.DevNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `dev cut`
@Command(
        footer = {
            "",
            "What is cut adds up until `dev mend`. Agents are asked by this machine as before.",
            "",
            "  krg-admin dev cut n1                    n1 is alone",
            "  krg-admin dev cut n1 --from n2          n1 and n2 do not hear each other; n3 both",
            "  krg-admin dev cut n1 --one-way          n1 hears nobody, and is heard",
            "  krg-admin dev cut n1 --percent 30       3 of 10 packets from and to n1 are lost"
        })
public final class DevCutVerb implements Callable<Integer> {
    private static final int ALL = 100;

    private final Terminal terminal;

    @Mixin private final DevOptions options = new DevOptions();

    @Parameters(paramLabel = "NODE", arity = "1..*", description = "the nodes to part from others")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private List<String> names = new ArrayList<>();

    @Option(
            names = "--from",
            paramLabel = "NODE",
            split = ",",
            description = "from which nodes; repeatable (default: from all others)")
    @SuppressWarnings("FieldCanBeFinal") // picocli assigns it
    private List<String> others = new ArrayList<>();

    @Option(
            names = "--one-way",
            description = "NODE does not hear the others, which go on hearing it")
    private boolean oneWay;

    @Option(
            names = "--percent",
            paramLabel = "N",
            description = "how many of 100 packets are lost, by chance (default: all)")
    private int percent = ALL;

    public DevCutVerb(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (percent < 1 || percent > ALL) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "--percent takes 1 to 100, not " + percent,
                    "leave it out for all");
        }
        var directory = options.directory(terminal).requireCluster();
        var cluster = directory.cluster();
        names.forEach(cluster::require);
        others.forEach(cluster::require);
        var from =
                others.isEmpty()
                        ? cluster.nodes().stream()
                                .map(DevNode::name)
                                .filter(name -> !names.contains(name))
                                .toList()
                        : others;
        if (from.isEmpty() || from.stream().anyMatch(names::contains)) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "a node is parted from other nodes, not from itself",
                    "name those that are on the other side with --from");
        }
        return Work.interruptibly(() -> {
            cut(new DevCuts(directory), from);
            terminal.say(told(from));
            terminal.say("  krg-admin dev mend puts it right, dev status shows it");
            return ExitCode.OK;
        });
    }

    private void cut(DevCuts cuts, List<String> from) throws InterruptedException {
        for (var name : names) {
            cuts.cut(name, from, percent);
        }
        if (!oneWay) {
            for (var other : from) {
                cuts.cut(other, names, percent);
            }
        }
    }

    private String told(List<String> from) {
        var sides = List.of(String.join(", ", names), String.join(", ", from));
        var hearing = percent == ALL ? "no longer hears" : "loses %d %% of".formatted(percent);
        return oneWay
                ? "%s: %s what %s sends".formatted(sides.getFirst(), hearing, sides.getLast())
                : "%s: %s what %s sends, and the other way round"
                        .formatted(sides.getFirst(), hearing, sides.getLast());
    }
}
