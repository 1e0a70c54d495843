// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli;

import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Option;

/// How fresh the data must be that a verb shows.
public final class ReadOptions {
    @Option(
            names = "--stale",
            description = "what the asked agent knows itself, at once, also without a quorum")
    private boolean stale;

    /// {@return the path with what these options add to it}
    public ApiPath of(ApiPath path) {
        return stale ? path.with("stale", true) : path;
    }
}
