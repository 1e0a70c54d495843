// SPDX-License-Identifier: Apache-2.0
package org.krg.policy.bundle;

/// An expression that cannot be read, or not be worked out; the message says which and why.
final class BadExpression extends Exception {
    private static final long serialVersionUID = 1;

    BadExpression(String message) {
        super(message);
    }
}
