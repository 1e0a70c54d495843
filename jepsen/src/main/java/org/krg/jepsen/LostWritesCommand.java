// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.List;
import org.krg.state.Subcommand;

/// `campaign lost-writes`: the campaign on a dev cluster of its own.
public final class LostWritesCommand implements Subcommand {
    private static final String USAGE =
            """
            Usage: krg-admin campaign lost-writes [--cuts N] [--keys N] [--seconds N] [--seed N] [--nodes N]

            Starts a dev cluster of its own whose data is on disks that forget what was not synced,
            contents and names alike. While clients read and write keys the power of all nodes is cut at
            once, and they are started again. Checks that nothing acknowledged is lost, that the history
            is strictly serializable and that all replicas have the same state. Nothing is left behind.
            Takes root, a C compiler and libfuse 3, which tools/setup installs.

              --cuts N      how often to cut the power (default 20)
              --keys N      how many keys to write first (default 0)
              --seconds N   cut no more after so many seconds (default 3600)
              --seed N      of the random choices (default: the time)
              --nodes N     of the cluster (default 3)

            Exit codes: 0 nothing was found wrong, 1 something was, 2 usage.
            """;

    @Override
    public String path() {
        return "campaign lost-writes";
    }

    @Override
    public String summary() {
        return "Cut the power under load: nothing acknowledged is lost";
    }

    @Override
    public int run(List<String> arguments) {
        var presets =
                new CampaignOptions(20, Duration.ofHours(1), System.currentTimeMillis(), 3, 0);
        return KeyCommandLine.run(arguments, USAGE, path(), "--cuts", presets, this::run);
    }

    private KeyCampaign.Report run(CampaignOptions options) {
        try (var nodes = LostWrites.up(options.nodes())) {
            return new KeyCampaign(nodes.cluster(), System.err::println)
                    .run(
                            options.keys(),
                            options.faults(),
                            options.limit(),
                            options.seed(),
                            nodes::cutPower);
        }
    }
}
