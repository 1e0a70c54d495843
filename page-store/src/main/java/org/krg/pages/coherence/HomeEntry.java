// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.coherence;

import java.util.List;
import java.util.Optional;
import org.krg.state.model.Member;

/// What the home of a page knows of it.
///
/// @param page index in its block
/// @param holders who has it once they have handled what was sent to them, in order
/// @param exclusive whether the one that has it may write
/// @param moving whether it is on its way
/// @param lost whether nobody has it any more
/// @param owner who was granted it to be written last, if anybody was
public record HomeEntry(
        int page,
        List<Member> holders,
        boolean exclusive,
        long version,
        boolean moving,
        boolean lost,
        Optional<Member> owner) {}
