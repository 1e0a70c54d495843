// SPDX-License-Identifier: Apache-2.0
package org.krg.state.model;

/// We were wrong: something that must hold does not. The node logs it once and stops.
public final class InvariantBroken extends Error {
    private static final long serialVersionUID = 1;

    public InvariantBroken(String message) {
        super(message);
    }

    public InvariantBroken(String message, Throwable cause) {
        super(message, cause);
    }
}
