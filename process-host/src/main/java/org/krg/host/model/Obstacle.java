// SPDX-License-Identifier: Apache-2.0
package org.krg.host.model;

/// Something that keeps a program from being saved, or from going on on another node.
///
/// @param where what has it: `fd 7 of pid 300`, `node n2`
/// @param what it is and why it is in the way
/// @param remedy what the user can do
public record Obstacle(String where, String what, String remedy) {
    /// {@return whether a node is in the way, rather than the program}
    public boolean isOfNode() {
        return where.startsWith("node ");
    }

    @Override
    public String toString() {
        return where + ": " + what + ". " + remedy;
    }
}
