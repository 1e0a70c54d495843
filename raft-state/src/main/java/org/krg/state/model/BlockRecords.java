// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

import java.util.List;

/// What the home of a block tells the log of its pages.
///
/// @param epoch in which it is the home
/// @param records of each page at most one, in the order of the pages
public record BlockRecords(BlockId block, Epoch epoch, List<PageRecord> records) {
    public BlockRecords {
        records = List.copyOf(records);
    }
}
