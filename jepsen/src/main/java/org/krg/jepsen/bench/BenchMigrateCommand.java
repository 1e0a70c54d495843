// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.util.List;
import org.krg.jepsen.bench.saving.SavingBench.Kind;
import org.krg.state.Subcommand;

/// `bench migrate`.
public final class BenchMigrateCommand implements Subcommand {
    @Override
    public String path() {
        return "bench migrate";
    }

    @Override
    public String summary() {
        return "Measure a move beside bare CRIU and a copy";
    }

    @Override
    public int run(List<String> arguments) {
        return SavingVerb.run(Kind.migrate, summary() + ".", arguments);
    }
}
