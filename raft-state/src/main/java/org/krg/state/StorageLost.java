// SPDX-License-Identifier: Apache-2.0
package org.krg.state;

/// This node was a member of the cluster and its copy of the log is gone or shorter than what it
/// acknowledged. Starting with it could lose what the cluster has agreed on.
public final class StorageLost extends RuntimeException {
    private static final long serialVersionUID = 1;

    public StorageLost(String message) {
        super(message);
    }
}
