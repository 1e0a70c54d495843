// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;

/// What a running program consists of, as far as it matters to whoever saves or moves it.
///
/// @param blockers what keeps it from being saved
/// @param bound sockets by which it belongs to this machine
/// @param held files of which it cannot be at two places at one time
/// @param needs files that it uses and only reads: they must be the same where it goes on
/// @param paths besides them that it has in use: something alike must be there where it goes on
/// @param leastBytes that its images and files have at least, before they are compressed
/// @param residentBytes memory in use
public record Survey(
        List<Blocker> blockers,
        List<BoundSocket> bound,
        List<HeldFile> held,
        List<Manifest.Need> needs,
        List<UsedPath> paths,
        long leastBytes,
        long residentBytes) {
    public Survey {
        blockers = List.copyOf(blockers);
        bound = List.copyOf(bound);
        held = List.copyOf(held);
        needs = List.copyOf(needs);
        paths = List.copyOf(paths);
    }
}
