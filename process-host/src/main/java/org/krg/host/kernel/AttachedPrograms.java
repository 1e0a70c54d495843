// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

import org.krg.host.model.SegmentProgram;
import org.krg.linux.Account;
import org.krg.pages.model.Attachment;
import org.krg.state.model.ProcessId;

/// Who the processes are that have shared memory. Safe for use from any thread.
public final class AttachedPrograms {
    private final Cells cells;

    public AttachedPrograms(Cells cells) {
        this.cells = cells;
    }

    /// {@return a process with what the machine says of it now}
    public SegmentProgram of(Attachment attachment) {
        return new SegmentProgram(
                attachment,
                Account.find(attachment.uid()).map(Account::name),
                ProcFs.findCommand(attachment.pid()).orElse(""),
                cells.findWith(attachment.pid()).map(cell -> new ProcessId(cell.id().process())));
    }
}
