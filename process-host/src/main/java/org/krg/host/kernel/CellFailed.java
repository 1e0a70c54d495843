// SPDX-License-Identifier: Apache-2.0
package org.krg.host.kernel;

/// The machine did not do what was asked of a cell.
public final class CellFailed extends RuntimeException {
    private static final long serialVersionUID = 1;

    CellFailed(String message) {
        super(message);
    }

    CellFailed(String message, Throwable cause) {
        super(message + ": " + cause.getMessage(), cause);
    }
}
