// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench;

import java.util.List;
import org.krg.jepsen.bench.saving.SavingBench.Kind;
import org.krg.state.Subcommand;

/// `bench checkpoint`.
public final class BenchCheckpointCommand implements Subcommand {
    @Override
    public String path() {
        return "bench checkpoint";
    }

    @Override
    public String summary() {
        return "Measure a checkpoint and a restore beside bare CRIU";
    }

    @Override
    public int run(List<String> arguments) {
        return SavingVerb.run(Kind.checkpoint, summary() + ".", arguments);
    }
}
