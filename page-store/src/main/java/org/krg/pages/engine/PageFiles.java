// SPDX-License-Identifier: Apache-2.0
package org.krg.pages.engine;

import java.util.Optional;
import org.krg.state.model.SegmentId;

/// The files of segments that lie on this node.
public interface PageFiles {
    /// No segment has one.
    PageFiles NONE = _ -> Optional.empty();

    /// {@return the file of a segment; empty if it has none, or on another node} Asked when this
    /// node becomes the home of a block. Does not block.
    Optional<PageFile> find(SegmentId segment);

    /// {@return whether a segment has a file on another node} Asked as [#find] is.
    default boolean isElsewhere(SegmentId segment) {
        return false;
    }
}
