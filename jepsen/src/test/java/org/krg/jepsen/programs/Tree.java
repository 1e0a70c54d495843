// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.programs;

import java.nio.file.Path;
import java.util.List;

/// `sh` as the root of fifty processes, which end when a file appears.
public final class Tree {
    private Tree() {}

    /// {@return the program, installed in a directory}
    ///
    /// @param go the file it waits for
    public static TestProgram in(Path directory, Path go) {
        var script = TestProgram.install("tree.sh", directory);
        return new TestProgram(
                "tree",
                List.of("/bin/sh", script.toString(), go.toString()),
                "planted\n42 leaves\n");
    }
}
