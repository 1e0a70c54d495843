// SPDX-License-Identifier: Apache-2.0
package org.krg.host.engine;

import java.util.TreeMap;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.GenerationId;
import org.krg.state.model.HostedProcess;
import org.krg.state.model.ProcessId;

/// Numbers for generations that are about to be taken here, each given out once. Owned by the
/// engine thread.
final class GenerationNumbers {
    private final TreeMap<ProcessId, Long> last = new TreeMap<>();

    /// {@return an id that is newer than every one that is agreed, of any rank of the process's
    /// job, or was given out}
    GenerationId next(ClusterImage image, HostedProcess process) {
        var agreed = image.lastNumber(process.job());
        var number = Math.max(agreed, last.getOrDefault(process.id(), 0L)) + 1;
        last.put(process.id(), number);
        return new GenerationId(process.id(), number);
    }
}
