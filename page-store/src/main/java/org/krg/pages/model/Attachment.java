// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.model;

import java.util.List;
import java.util.Optional;

/// What a process of a node has of a segment.
///
/// @param pid as the node counts
/// @param uid who it was when it opened the segment first
/// @param handles times it has the segment open
/// @param threads that synchronise by the segment
/// @param detached whether the segment was taken away from it, to save or move it, or while its
///   agent starts anew: it maps nothing then
/// @param mappings in the order of their addresses
public record Attachment(
        int pid,
        int uid,
        int gid,
        int handles,
        int threads,
        boolean detached,
        List<Mapping> mappings) {
    public Attachment {
        mappings = List.copyOf(mappings);
    }

    /// Pages in a row at an address of the process.
    ///
    /// @param first the page that lies at the address
    /// @param writable whether the process may store there; empty if the machine does not say
    public record Mapping(long address, int first, int pages, Optional<Boolean> writable) {}
}
