// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.time.Instant;

/// What `stat(2)` says about a file.
///
/// @param links names it has
/// @param mode permission bits
public record FileFacts(
        long device,
        long inode,
        int links,
        int mode,
        int uid,
        int gid,
        long sizeBytes,
        Instant modified) {}
