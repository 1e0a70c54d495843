// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.dev.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;

/// The checkout or installation that krg runs from, as `tools/krg-admin` says it.
public final class KrgHome {
    private KrgHome() {}

    /// {@return its path}
    public static Path require() {
        return Optional.ofNullable(System.getProperty("krg.home"))
                .map(Path::of)
                .orElseThrow(() ->
                        new VerbFailed(
                                ExitCode.FAILED,
                                "krg.home is not set",
                                "start krg-admin as tools/krg-admin of a checkout"));
    }
}
