// SPDX-License-Identifier: Apache-2.0
package org.krg.state.core;

import java.util.Optional;
import org.krg.state.image.ClusterImage;
import org.krg.state.model.Backing;
import org.krg.state.model.Member;
import org.krg.state.model.OwnershipMode;
import org.krg.state.model.Segment;

/// The home of a segment that is a file: the node of the file.
public final class FileHome {
    private FileHome() {}

    /// {@return who that is; empty while the node is lost}
    static Optional<Member> find(ClusterImage image, Backing file) {
        return image.nodes()
                .find(file.node())
                .filter(node -> !Member.of(node).isGone(node))
                .map(Member::of);
    }

    /// {@return whether who needs a page of a segment from another node waits for the node of its
    /// file} An operator who removes the node says that it does not come back.
    public static boolean isAwaited(ClusterImage image, Segment segment) {
        return segment.ownership() != OwnershipMode.ASYNC && isLost(image, segment);
    }

    /// {@return whether a segment is a file whose node is lost and may come back}
    public static boolean isLost(ClusterImage image, Segment segment) {
        return segment.backing()
                .filter(file -> find(image, file).isEmpty())
                .filter(file -> image.nodes().find(file.node()).isPresent())
                .isPresent();
    }
}
