// SPDX-License-Identifier: Apache-2.0
package org.krg.state.engine;

/// The rows were closed before the call: they are being replaced, or the store is closed.
public final class RowsClosed extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RowsClosed() {
        super("the rows are closed");
    }
}
