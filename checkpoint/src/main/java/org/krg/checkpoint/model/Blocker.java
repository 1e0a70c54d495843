// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

import java.util.OptionalInt;

/// Something that keeps a process from being saved.
///
/// @param pid the process that has it, as it is counted inside the cell
/// @param fd its descriptor; empty if it is none
/// @param what it is and why it is in the way
/// @param remedy what the user can do
public record Blocker(int pid, OptionalInt fd, String what, String remedy) {
    @Override
    public String toString() {
        var where = fd.isPresent() ? "fd " + fd.getAsInt() + " of pid " + pid : "pid " + pid;
        return where + ": " + what + ". " + remedy;
    }
}
