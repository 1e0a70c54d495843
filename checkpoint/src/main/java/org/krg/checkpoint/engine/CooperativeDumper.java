// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.engine;

import java.nio.file.Path;
import org.krg.checkpoint.CellView;
import org.krg.checkpoint.CheckpointFailed;
import org.krg.checkpoint.core.OwnDirectoryCheck;
import org.krg.checkpoint.model.Failure;
import org.krg.checkpoint.model.Failure.Code;
import org.krg.checkpoint.model.Failure.Phase;

/// The engine `cooperative`: the program has saved itself, in [CellView#ownDirectory], when it was
/// called back before it stood still. There are no images: what it wrote is kept as files, and
/// another incarnation of it starts with them. Has no state.
public final class CooperativeDumper implements Dumper {
    private static final String FORM = "1";

    @Override
    public String version() {
        return FORM;
    }

    @Override
    public void dump(CellView cell, Path images, Path work, Runnable stop) {
        stop.run();
        if (!cell.hasAgreed()) {
            var blocker = OwnDirectoryCheck.unasked(cell.rootPid());
            throw new CheckpointFailed(
                    new Failure(
                            Phase.DUMP, Code.BLOCKED, blocker.what(), blocker.remedy(), "", ""));
        }
    }

    @Override
    public void restore(CellView cell, Path images, Path work, boolean frozen) {
        // Into an empty cgroup that is frozen already: nothing of the program runs before a thaw.
        cell.freeze();
        cell.begin();
        if (!frozen) {
            cell.thaw();
        }
    }
}
