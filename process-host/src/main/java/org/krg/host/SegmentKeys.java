// SPDX-License-Identifier: Apache-2.0
package org.krg.host;

import java.security.SecureRandom;
import org.krg.state.model.SegmentKey;

/// Makes the keys of new segments.
public final class SegmentKeys {
    private static final SecureRandom RANDOM = new SecureRandom();

    private SegmentKeys() {}

    /// {@return one that nobody can guess}
    public static SegmentKey fresh() {
        return new SegmentKey(RANDOM.nextLong(), RANDOM.nextLong());
    }
}
