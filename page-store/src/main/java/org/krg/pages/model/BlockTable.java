// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.model;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.krg.pages.coherence.Copy;
import org.krg.pages.coherence.HomeEntry;
import org.krg.state.model.Member;
import org.krg.state.model.PageOwner;

/// What one node says of a block.
///
/// @param home whom it follows, if anybody
/// @param epoch of that home
/// @param copies of this node, of each page that it has or ever had
/// @param homeEpoch the epoch in which this node is the home; 0 if it is not
/// @param entries what the home knows, of each page that was asked for
/// @param owners what the log says of its pages, by page, if this node is the home
/// @param astray pages that the memory has and the node says it has not, or the other way round,
///   and pages with which a process may do more than the node says
public record BlockTable(
        int number,
        Optional<Member> home,
        long epoch,
        List<Copy> copies,
        long homeEpoch,
        List<HomeEntry> entries,
        SortedMap<Integer, PageOwner> owners,
        List<Integer> astray) {}
