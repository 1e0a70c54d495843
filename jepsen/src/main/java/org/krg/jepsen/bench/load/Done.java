// SPDX-License-Identifier: Apache-2.0
package org.krg.jepsen.bench.load;

import org.jspecify.annotations.Nullable;

/// Is told how a call ended.
@FunctionalInterface
public interface Done {
    /// The call has ended.
    ///
    /// @param failure why it failed; null when it succeeded
    void done(@Nullable String failure);
}
