// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.state;

import org.jspecify.annotations.Nullable;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;
import org.krg.tools.http.ApiPath;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Which keys: those below a prefix, or between two keys.
final class KeyChoice {
    @Parameters(
            paramLabel = "PREFIX",
            arity = "0..1",
            description = "the keys that begin with it; \"\" for all")
    private @Nullable String prefix;

    @Option(names = "--from", paramLabel = "KEY", description = "the first key")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "KEY", description = "the key behind the last one")
    private @Nullable String to;

    /// {@return the path with the parameters that choose the keys}
    ApiPath of(ApiPath path, KeyText text) {
        if ((prefix != null) == (from != null || to != null)) {
            throw new VerbFailed(
                    ExitCode.USAGE,
                    "name the keys by a prefix, or by --from and --to",
                    "\"\" is the prefix of every key");
        }
        var chosen = path;
        if (prefix != null) {
            chosen = text.with(chosen, "prefix", prefix);
        }
        if (from != null) {
            chosen = text.with(chosen, "from", from);
        }
        if (to != null) {
            chosen = text.with(chosen, "to", to);
        }
        return chosen;
    }
}
