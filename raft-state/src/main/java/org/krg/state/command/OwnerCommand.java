// SPDX-License-Identifier: Apache-2.0
package org.krg.state.command;

import java.util.List;
import org.krg.state.model.BlockRecords;
import org.krg.state.model.Member;

/// What homes of blocks tell of the owners of pages. Makes no revision and no event: there are
/// many.
public sealed interface OwnerCommand extends Command {
    /// Pages have other owners. All of it is refused if the proposer is not the home of one of the
    /// blocks in the epoch that is told.
    ///
    /// @param blocks in order, each once
    record RecordOwners(Member proposer, List<BlockRecords> blocks) implements OwnerCommand {
        public RecordOwners {
            blocks = List.copyOf(blocks);
        }
    }
}
