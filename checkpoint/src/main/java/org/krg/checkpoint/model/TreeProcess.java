// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;

/// A process of a cell.
///
/// @param pid inside the cell
/// @param hostPid as this process counts
/// @param hostParent likewise
/// @param headless whether its main thread has ended and others go on, `pthread_exit(3)`; nothing
///   more is known of it then
/// @param tracer the process that traces it, as this process counts; 0 if none
/// @param mapped files in memory, each mapping
/// @param pinned those of its threads that are kept to some processors
public record TreeProcess(
        int pid,
        long hostPid,
        long hostParent,
        String name,
        int threads,
        boolean headless,
        long residentBytes,
        long tracer,
        List<OpenFile> files,
        List<MappedFile> mapped,
        List<PinnedThread> pinned) {
    public TreeProcess {
        files = List.copyOf(files);
        mapped = List.copyOf(mapped);
        pinned = List.copyOf(pinned);
    }
}
