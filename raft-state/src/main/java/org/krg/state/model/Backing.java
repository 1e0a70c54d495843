// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// The file of a segment: its pages are at first what the file holds, and are written back to it.
///
/// @param node which reads and writes it
/// @param path on that node, absolute
public record Backing(NodeId node, String path) {
    @Override
    public String toString() {
        return node + ":" + path;
    }
}
