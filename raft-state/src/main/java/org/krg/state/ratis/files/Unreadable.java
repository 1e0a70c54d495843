// SPDX-License-Identifier: Apache-2.0
package org.krg.state.ratis.files;

import java.io.IOException;
import java.nio.file.Path;
import org.krg.state.DiskFailed;
import org.krg.state.engine.StorageFailed;

/// Names the failure to read or write a file.
final class Unreadable {
    private Unreadable() {}

    static RuntimeException of(Path file, IOException failed) {
        return DiskFailed.faultOf(failed)
                .<RuntimeException>map(fault -> new DiskFailed(file, fault, failed))
                .orElseGet(() -> new StorageFailed("cannot use " + file, failed));
    }
}
