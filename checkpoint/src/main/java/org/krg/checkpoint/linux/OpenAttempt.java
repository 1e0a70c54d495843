// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.linux;

import java.util.List;
import org.krg.checkpoint.engine.CellFiles.Tried;
import org.krg.checkpoint.model.ImageFile.Holder;
import org.krg.checkpoint.model.Opening;

/// Opens a file by a shell that has the rights of whoever is to have it, and tells which file that
/// was. Nothing is written to it.
final class OpenAttempt {
    /// `>>` and `<>` would make what is not there: so it is looked for before, and if it goes in
    /// between an empty file of that user is left.
    private static final String SCRIPT =
            """
            if [ ! -e "$2" ]; then echo "$2 is not there, or not to be seen"; exit 1; fi
            if [ ! -f "$2" ]; then echo "$2 is no regular file"; exit 1; fi
            case "$1" in
            r) exec 3<"$2" ;;
            w) exec 3>>"$2" ;;
            rw) exec 3<>"$2" ;;
            esac
            stat -L -c '%d:%i %s' /proc/self/fd/3
            """;

    private OpenAttempt() {}

    /// {@return the command line}
    static List<String> command(Opening opening) {
        var how = (opening.reads() ? "r" : "") + (opening.writes() ? "w" : "");
        return List.of("/bin/sh", "-c", SCRIPT, "sh", how, opening.path());
    }

    /// {@return what came of it}
    ///
    /// @param good whether the command succeeded
    static Tried judge(Opening opening, boolean good, String output) {
        var lines = output.strip().lines().toList();
        var last = lines.isEmpty() ? "" : lines.getLast();
        if (!good) {
            return failed(
                    last.isEmpty()
                            ? opening.path() + " could not be opened in time"
                            : last.replaceFirst("^sh: (\\d+: |line \\d+: )?", ""));
        }
        var words = last.split(" ", -1);
        if (words.length != 2 || !words[1].matches("\\d{1,18}")) {
            return failed("stat says of %s: %s".formatted(opening.path(), last));
        }
        var sizeBytes = Long.parseLong(words[1]);
        return sizeBytes < opening.leastBytes()
                ? failed(
                        "%s has %d bytes, and the program is at byte %d"
                                .formatted(opening.path(), sizeBytes, opening.leastBytes()))
                : new Tried(words[0], "");
    }

    private static Tried failed(String problem) {
        return new Tried("", problem);
    }

    /// {@return the command line that prints which file a descriptor refers to, as [#judge] has it}
    static List<String> identityCommand(Holder holder) {
        return List.of(
                "stat", "-L", "-c", "%d:%i", "/proc/%d/fd/%d".formatted(holder.pid(), holder.fd()));
    }
}
