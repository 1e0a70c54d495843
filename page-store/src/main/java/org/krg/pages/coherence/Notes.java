// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.List;

/// What a node knows of a block as the mirror of its home.
///
/// @param epoch of that home
/// @param isComplete whether these and the log are all owners that any home granted a page to
/// @param notes the newest of each page, in order
public record Notes(long epoch, boolean isComplete, List<OwnerNote> notes) {
    public Notes {
        notes = List.copyOf(notes);
    }
}
