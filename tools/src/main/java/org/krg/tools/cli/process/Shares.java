// SPDX-License-Identifier: Apache-2.0
package org.krg.tools.cli.process;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.krg.tools.cli.ExitCode;
import org.krg.tools.cli.VerbFailed;

/// Which shared memory of libc a job shares with processes of all nodes.
final class Shares {
    /// What `libkrgshm` reads.
    private static final String VARIABLE = "KRG_SHARE";

    private static final Pattern POSIX = Pattern.compile("posix:/?[a-zA-Z0-9._-]{1,57}");
    private static final Pattern SYSV =
            Pattern.compile("sysv:(0x[0-9a-fA-F]{1,8}|[1-9][0-9]{0,9})");

    private static final long MOST_KEY = 0xffff_ffffL;

    private Shares() {}

    /// Adds to the environment of a job what it shares.
    static void put(Map<String, String> environment, List<String> shares) {
        for (var share : shares) {
            if (!POSIX.matcher(share).matches() && !isKey(share)) {
                throw new VerbFailed(
                        ExitCode.USAGE,
                        "invalid value for option '--share': '%s' names no shared memory"
                                .formatted(share),
                        "write posix:/NAME with letters, digits, dots, dashes and underscores, "
                                + "or sysv:KEY like sysv:0x1234");
            }
        }
        if (!shares.isEmpty()) {
            environment.put(VARIABLE, String.join(",", shares));
        }
    }

    /// A key is a number of 32 bits, and 0 is IPC_PRIVATE.
    private static boolean isKey(String share) {
        if (!SYSV.matcher(share).matches()) {
            return false;
        }
        var key = Long.decode(share.substring(share.indexOf(':') + 1));
        return key > 0 && key <= MOST_KEY;
    }
}
