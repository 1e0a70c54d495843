// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/// What a campaign about keys is told on the command line.
record CampaignOptions(int faults, Duration limit, long seed, int nodes, int keys) {
    /// Reads options, each with a number behind it. Throws [IllegalArgumentException] that says
    /// what is wrong.
    ///
    /// @param faults the name of the option that says how many faults strike
    static CampaignOptions parse(List<String> arguments, String faults, CampaignOptions presets) {
        var options = presets;
        for (var i = 0; i < arguments.size(); i += 2) {
            var value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
            options = options.with(arguments.get(i), value, faults);
        }
        return options;
    }

    private CampaignOptions with(String option, String value, String faultOption) {
        if (!Set.of(faultOption, "--seconds", "--seed", "--nodes", "--keys").contains(option)) {
            throw new IllegalArgumentException("unknown option " + option);
        }
        if (!value.matches(option.equals("--seed") ? "[0-9]{1,18}" : "[0-9]{1,9}")) {
            throw new IllegalArgumentException(option + " takes a number, not \"" + value + "\"");
        }
        var number = Long.parseLong(value);
        return switch (option) {
            case "--seconds" ->
                    new CampaignOptions(faults, Duration.ofSeconds(number), seed, nodes, keys);
            case "--seed" -> new CampaignOptions(faults, limit, number, nodes, keys);
            case "--nodes" -> new CampaignOptions(faults, limit, seed, (int) number, keys);
            case "--keys" -> new CampaignOptions(faults, limit, seed, nodes, (int) number);
            default -> new CampaignOptions((int) number, limit, seed, nodes, keys);
        };
    }
}
