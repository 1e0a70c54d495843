// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.io.InputStream;
import java.io.OutputStream;
import org.krg.state.model.Segment;

/// What segments hold, out of them and into them. Streams are what docs/api.md says of contents.
public interface SegmentTransfer {
    /// Writes what it holds, page by page, each as it is at one moment. Why that ends before its
    /// time is told in the stream.
    void dump(Segment segment, OutputStream into);

    /// Stores what comes, when all of it is here.
    ///
    /// @return how many pages were stored
    /// @throws HostFailure if it is not whole, or cannot be stored
    int load(Segment segment, InputStream from);
}
