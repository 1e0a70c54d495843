// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.util.List;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.krg.jepsen.cluster.Cluster;
import org.krg.jepsen.cluster.Interruptible;

/// What the commands of campaigns about keys have in common.
final class KeyCommandLine {
    private static final int USAGE_ERROR = 2;

    private KeyCommandLine() {}

    /// Reads options, runs a campaign, prints its report and returns the exit code.
    static int run(
            List<String> arguments,
            String usage,
            String path,
            String faults,
            CampaignOptions presets,
            Function<CampaignOptions, KeyCampaign.Report> campaign) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            System.out.print(usage);
            return 0;
        }
        try {
            var options = CampaignOptions.parse(arguments, faults, presets);
            System.err.println("seed " + options.seed());
            return Interruptible.perform(() -> print(campaign.apply(options)));
        } catch (IllegalArgumentException wrong) {
            System.err.println("error: " + wrong.getMessage());
            System.err.println("  krg-admin " + path + " --help tells its options");
            return USAGE_ERROR;
        }
    }

    /// As above, on a dev cluster of its own, with a fault that says what it did.
    ///
    /// @param up makes a cluster of so many nodes
    static int runOnOwnCluster(
            List<String> arguments,
            String usage,
            String path,
            String faults,
            CampaignOptions presets,
            IntFunction<Cluster> up,
            BiFunction<Cluster, Random, String> fault) {
        return run(arguments, usage, path, faults, presets, options -> onOwn(options, up, fault));
    }

    private static KeyCampaign.Report onOwn(
            CampaignOptions options,
            IntFunction<Cluster> up,
            BiFunction<Cluster, Random, String> fault) {
        try (var cluster = up.apply(options.nodes())) {
            return new KeyCampaign(cluster, System.err::println)
                    .run(
                            options.keys(),
                            options.faults(),
                            options.limit(),
                            options.seed(),
                            random -> fault.apply(cluster, random));
        }
    }

    private static int print(KeyCampaign.Report report) {
        System.out.printf(
                "%d faults, %d calls, %d of them answered, %d violations%n",
                report.faults(), report.calls(), report.answered(), report.violations().size());
        report.violations().forEach(System.out::println);
        return report.violations().isEmpty() ? 0 : 1;
    }
}
