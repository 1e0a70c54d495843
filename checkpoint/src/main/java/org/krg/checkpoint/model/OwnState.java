// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.List;

/// What is in the directory that a program saves itself in.
///
/// @param files by path
/// @param others paths of what is neither a file nor a directory
public record OwnState(List<SavedFile> files, List<String> others) {
    public OwnState {
        files = List.copyOf(files);
        others = List.copyOf(others);
    }
}
