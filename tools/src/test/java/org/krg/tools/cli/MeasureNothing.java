// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import java.util.List;
import org.krg.state.Subcommand;

/// A verb as a module brings one along. It fails unless it is to print.
public final class MeasureNothing implements Subcommand {
    @Override
    public String path() {
        return "measure nothing";
    }

    @Override
    public String summary() {
        return "Measure nothing";
    }

    @Override
    public int run(List<String> arguments) {
        if (arguments.contains("--print")) {
            System.out.println("nothing");
            return ExitCode.OK;
        }
        return 40 + arguments.size();
    }
}
