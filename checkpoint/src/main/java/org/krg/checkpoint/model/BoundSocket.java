// SPDX-License-Identifier: Apache-2.0
package org.krg.checkpoint.model;

/// A socket with an address of the machine that it is on.
///
/// @param pid the process that has it, as it is counted inside the cell
/// @param address what it is bound to: `tcp 127.0.0.1:8080`
public record BoundSocket(int pid, int fd, String address) {}
