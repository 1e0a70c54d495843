// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.krg.state.engine.LogPosition;
import org.krg.state.engine.Snapshot;

/// The directories `snapshot.<term>_<index>` of snapshots.
public final class SnapshotName {
    private static final Pattern NAME = Pattern.compile("snapshot\\.(\\d+)_(\\d+)");

    private SnapshotName() {}

    /// {@return the name of the directory of a snapshot}
    public static String of(LogPosition position) {
        return "snapshot." + position.term() + "_" + position.index();
    }

    /// {@return the snapshots in a directory, oldest first; none if it is not there}
    public static List<Snapshot> list(Path directory) throws IOException {
        var found = new ArrayList<Snapshot>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (var entries = Files.list(directory)) {
            for (var entry : entries.toList()) {
                var name = NAME.matcher(entry.getFileName().toString());
                if (name.matches()) {
                    var position =
                            new LogPosition(
                                    Long.parseLong(name.group(1)), Long.parseLong(name.group(2)));
                    found.add(new Snapshot(position, entry));
                }
            }
        }
        found.sort(Comparator.comparingLong(each -> each.position().index()));
        return found;
    }
}
