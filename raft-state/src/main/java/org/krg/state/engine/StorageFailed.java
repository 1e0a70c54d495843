// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

/// The storage could not do what it was asked for.
public final class StorageFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// Says what was attempted.
    public StorageFailed(String message) {
        super(message);
    }

    /// Says what was attempted and what came back.
    public StorageFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
